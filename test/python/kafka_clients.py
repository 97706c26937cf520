"""Confluent's Kafka client for Python, driven by lines of JSON: one task in, one result out.

Usage: python kafka_clients.py BROKERS
"""

import json
import sys

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

BROKERS = sys.argv[1]
SECONDS = 60


def partitions_of(topic):
    metadata = AdminClient({"bootstrap.servers": BROKERS}).list_topics(topic, timeout=SECONDS)
    return sorted(metadata.topics[topic].partitions)


def read(task):
    """The values of all records of a topic, partition by partition."""
    consumer = Consumer(
        {
            "bootstrap.servers": BROKERS,
            "group.id": "python",
            "enable.auto.commit": False,
            "enable.partition.eof": False,
            "check.crcs": True,
        }
    )
    values = []
    for partition in partitions_of(task["topic"]):
        place = TopicPartition(task["topic"], partition)
        first, end = consumer.get_watermark_offsets(place, timeout=SECONDS)
        consumer.assign([TopicPartition(task["topic"], partition, first)])
        while consumer.position([place])[0].offset < end and first < end:
            for message in consumer.consume(10_000, timeout=0.2):
                if message.error():
                    raise RuntimeError(message.error())
                values.append(message.value().decode())
    consumer.close()
    return values


def write(task):
    producer = Producer({"bootstrap.servers": BROKERS, "compression.type": task["compression"], "linger.ms": 50})
    for value in task["values"]:
        producer.produce(task["topic"], value.encode(), partition=0)
    return producer.flush(SECONDS)


TASKS = {task.__name__: task for task in (read, write)}

for line in sys.stdin:
    task = json.loads(line)
    try:
        result = {"result": TASKS[task["do"]](task)}
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(result), flush=True)
