"""Confluent's client for Python and fastavro, driven by lines of JSON: one task in, one result out.

Usage: python registry_clients.py REGISTRY_URL
"""

import io
import json
import sys
from datetime import datetime

import fastavro
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

client = SchemaRegistryClient({"url": sys.argv[1]})
deserialize = AvroDeserializer(client)
context = SerializationContext("orders", MessageField.VALUE)


def plain(value):
    """Times are milliseconds again, as they are in the bytes."""
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def register(task):
    return client.register_schema(task["subject"], Schema(task["schema"], "AVRO"))


def look_up(task):
    found = client.lookup_schema(task["subject"], Schema(task["schema"], "AVRO"))
    return {"id": found.schema_id, "version": found.version}


def compatible(task):
    return client.test_compatibility(task["subject"], Schema(task["schema"], "AVRO"))


def decode(task):
    return plain(deserialize(bytes.fromhex(task["framed"]), context))


def decode_body(task):
    schema = fastavro.parse_schema(json.loads(task["schema"]))
    body = io.BytesIO(bytes.fromhex(task["body"]))
    return plain(fastavro.schemaless_reader(body, schema))


def encode(task):
    serialize = AvroSerializer(
        client,
        conf={
            "auto.register.schemas": False,
            "use.latest.version": True,
            "subject.name.strategy": lambda _context, _record: task["subject"],
        },
    )
    return serialize(task["value"], context).hex()


def encode_body(task):
    schema = fastavro.parse_schema(json.loads(task["schema"]))
    body = io.BytesIO()
    fastavro.schemaless_writer(body, schema, task["value"])
    return body.getvalue().hex()


TASKS = {task.__name__: task for task in (register, look_up, compatible, decode, decode_body, encode, encode_body)}

for line in sys.stdin:
    task = json.loads(line)
    try:
        result = {"result": TASKS[task["do"]](task)}
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(result), flush=True)
