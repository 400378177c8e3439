"""One member of a JSON file, on standard output: what the journey's commands hand to one another."""

import json
import sys
from pathlib import Path

if __name__ == "__main__":
    file, name = sys.argv[1:]
    print(json.loads(Path(file).read_text("utf-8"))[name])
