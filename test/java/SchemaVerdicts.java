import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaNormalization;

/**
 * What Java's Avro says. Each line of stdin is JSON, and is answered by a line of JSON:
 * {"schema": text} by {"canonical": text}, {"reader": text, "writer": text} by {"why": [reason...]}, and both by
 * {"error": message} where Java throws.
 */
public class SchemaVerdicts {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    for (String line = in.readLine(); line != null; line = in.readLine()) out.println(answer(JSON.readTree(line)));
  }

  private static ObjectNode answer(JsonNode asked) {
    ObjectNode answer = JSON.createObjectNode();
    try {
      if (asked.has("schema")) {
        answer.put("canonical", SchemaNormalization.toParsingForm(parse(asked, "schema")));
      } else {
        compare(parse(asked, "reader"), parse(asked, "writer"), answer.putArray("why"));
      }
    } catch (Exception | StackOverflowError problem) {
      answer.remove("why");
      answer.put("error", String.valueOf(problem));
    }
    return answer;
  }

  private static Schema parse(JsonNode asked, String key) {
    return new Schema.Parser().parse(asked.get(key).textValue());
  }

  private static void compare(Schema reader, Schema writer, ArrayNode why) {
    SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult().getIncompatibilities().stream()
        .map(reason -> reason.getType() + " @" + reason.getLocation() + " " + reason.getMessage()).forEach(why::add);
  }
}
