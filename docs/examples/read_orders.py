"""Reads the orders of OrderLedger from Kafka, from the first one on: pip install "confluent-kafka[avro,schemaregistry]"

usage: read_orders.py BROKERS REGISTRY [TOPIC [COUNT]]
  read_orders.py 127.0.0.1:9092 http://127.0.0.1:3000/registry orders 10
"""
import json
import sys
import uuid

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

brokers, registry = sys.argv[1:3]
topic = sys.argv[3] if len(sys.argv) > 3 else "orders"
count = int(sys.argv[4]) if len(sys.argv) > 4 else 10

decode = AvroDeserializer(SchemaRegistryClient({"url": registry}))
consumer = Consumer(
    {
        "bootstrap.servers": brokers,
        "group.id": f"read-orders-{uuid.uuid4()}",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    }
)
consumer.subscribe([topic])
while count > 0:
    record = consumer.poll(10)
    if record is None:
        sys.exit("no more records within 10 s")
    if record.error():
        sys.exit(str(record.error()))
    headers = {name: value.decode() for name, value in record.headers()}
    event = decode(record.value(), SerializationContext(topic, MessageField.VALUE, record.headers()))
    print(
        json.dumps(
            {
                "key": record.key().decode(),
                "type": headers["ce_type"],
                "position": int(headers["ol-position"]),
                "event": event,
            }
        )
    )
    count -= 1
consumer.close()
