#!/usr/bin/env python3
"""Makes a C++ source of the contract: openapi.py YAML OUTPUT."""
import json
import sys

import yaml

DELIMITER = "openapi"

source, output = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    # Dates stand as they are written.
    loader = yaml.SafeLoader
    loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers
                if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in loader.yaml_implicit_resolvers.items()}
    contract = yaml.load(file, Loader=loader)
text = json.dumps(contract, ensure_ascii=False, separators=(",", ":"))
assert f"){DELIMITER}\"" not in text
with open(output, "w", encoding="utf-8") as file:
    file.write(f'''// Made of docs/openapi.yaml by cgi/openapi.py.
#include "cgi/openapi.h"

namespace smsweb {{

std::string_view OpenApiJson() {{
  return R"{DELIMITER}({text}){DELIMITER}";
}}

}}  // namespace smsweb
''')
