// The three repositories of the paper's framework (its figure 2, after Kao et
// al. 2013), as data: APIs, test scripts, test cases. Three TOML files in one
// folder, whose heads say what stands in them. A name has letters, digits, _, .
// and -, for files are called after it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"

namespace smsweb::bench {

// A header of a request. What may be shown is `text`: "Bearer ${SMSWEB_KEY}".
struct ApiHeader {
  std::string name;
  std::string text;   // as it is written
  std::string value;  // as it is sent, with the environment's values in it
};

struct Api {
  std::string name;
  std::string title;
  std::string method = "GET";
  std::string path;
  std::string body;
  std::string content_type;
  std::vector<ApiHeader> headers;
  bool messages = true;  // a 2xx means one more in the queue
};

// A load. A closed loop has a concurrency, and requests or a time; an open one
// a rate and a time.
struct ScriptRow {
  std::uint64_t requests = 0;
  std::uint64_t concurrency = 0;
  double rate = 0;  // requests/s
  double seconds = 0;
};

struct Script {
  std::string name;
  std::string title;
  bool by_ab = false;  // else by our own generator
  bool together = false;
  bool keep_alive = false;
  std::chrono::seconds timeout{60};
  std::vector<ScriptRow> rows;
};

struct TestCase {
  std::string name;
  std::string title;
  std::string api;
  std::string script;
  std::vector<std::string> setups;  // names; "all" has been replaced by them
  std::vector<std::int64_t> rows;   // of the script, from 1
  int repeat = 1;
  bool report = false;
  bool spooler = true;
  int modems = 1;
  double send_seconds = 0;
  int web_workers = 0;
  int endpoints = 1;
  std::uint64_t connections = 0;
  double cores = 0;
  std::uint64_t memory_mb = 0;
};

struct Repository {
  std::vector<Api> apis;  // as in the files, in their order
  std::vector<Script> scripts;
  std::vector<TestCase> cases;

  const Api* FindApi(std::string_view name) const;
  const Script* FindScript(std::string_view name) const;
  const TestCase* FindCase(std::string_view name) const;
};

// apis.toml, scripts.toml and cases.toml of the folder. `setups`: the names
// that there are. kInvalid with every mistake: file, line, key; or which file
// is not there.
Result<Repository> ReadRepository(const std::filesystem::path& folder,
                                  const std::vector<std::string>& setups);

}  // namespace smsweb::bench
