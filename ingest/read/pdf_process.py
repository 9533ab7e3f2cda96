"""The process that reads one PDF file; see `ingest.read.apart`."""

from ingest.read.apart import answer_with
from ingest.read.pdf import read_pages

if __name__ == "__main__":
    answer_with(read_pages)
