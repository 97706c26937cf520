import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads the orders of OrderLedger from Kafka, from the first one on, with nothing but kafka-clients and avro.
 * With Confluent's KafkaAvroDeserializer (packages.confluent.io) schemaOf and decode are not needed.
 *
 * usage: ReadOrders BROKERS REGISTRY [TOPIC [COUNT]]
 */
public final class ReadOrders {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Map<Integer, Schema> SCHEMAS = new HashMap<>();

  public static void main(String[] args) throws Exception {
    String topic = args.length > 2 ? args[2] : "orders";
    int left = args.length > 3 ? Integer.parseInt(args[3]) : 10;
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("group.id", "read-orders-" + UUID.randomUUID());
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", "false");
    try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(topic));
      while (left > 0) {
        var records = consumer.poll(Duration.ofSeconds(10));
        if (records.isEmpty()) throw new IllegalStateException("no more records within 10 s");
        for (ConsumerRecord<String, byte[]> record : records) {
          if (left-- <= 0) break;
          String type = new String(record.headers().lastHeader("ce_type").value());
          String position = new String(record.headers().lastHeader("ol-position").value());
          GenericRecord event = decode(args[1], record.value());
          System.out.printf(
              "{\"key\": \"%s\", \"type\": \"%s\", \"position\": %s, \"event\": %s}%n",
              record.key(), type, position, event);
        }
      }
    }
  }

  /** A zero byte, the id of the schema (four bytes, big endian), the Avro body. */
  private static GenericRecord decode(String registry, byte[] value) throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(value);
    if (bytes.get() != 0) throw new IllegalStateException("not framed Avro");
    Schema schema = schemaOf(registry, bytes.getInt());
    var body = DecoderFactory.get().binaryDecoder(value, bytes.position(), bytes.remaining(), null);
    return new GenericDatumReader<GenericRecord>(schema).read(null, body);
  }

  private static Schema schemaOf(String registry, int id) throws Exception {
    Schema known = SCHEMAS.get(id);
    if (known != null) return known;
    var request = HttpRequest.newBuilder(URI.create(registry + "/schemas/ids/" + id + "/schema")).build();
    var answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) throw new IllegalStateException(answer.body());
    Schema schema = new Schema.Parser().parse(answer.body());
    SCHEMAS.put(id, schema);
    return schema;
  }
}
