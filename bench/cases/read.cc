// The three files, read. Every mistake is gathered before any is told.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "bench/cases/cases.h"
#include "bench/load/environment_text.h"
#include "bench/load/plan_check.h"
#include "bench/load/request_check.h"
#include "common/base/read_file.h"
#include "common/config/table_reader.h"

namespace smsweb::bench {
namespace {

constexpr double kLongestSeconds = 86400;

Result<toml::table> ReadToml(const std::filesystem::path& path) {
  const auto text = ReadFile(path);
  if (!text) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("{}: there is no such file; a folder of cases has "
                            "apis.toml, scripts.toml and cases.toml",
                            path.string()));
  }
  auto parsed = toml::parse(*text, path.string());
  if (parsed) return std::move(parsed).table();
  return Fail(ErrorKind::kInvalid,
              fmt::format("{}:{}: {}", path.string(),
                          parsed.error().source().begin.line,
                          parsed.error().description()));
}

// It is part of files' names, and typed on command lines.
bool IsName(std::string_view name) {
  constexpr std::string_view kLettersAndDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::size_t kLongest = 64;
  const std::string all = std::string(kLettersAndDigits) + "_.-";
  return !name.empty() && name.size() <= kLongest &&
         kLettersAndDigits.contains(name.front()) &&
         name.find_first_not_of(all) == name.npos;
}

// Calls read(reader, name) for each table of the file, in the file's order.
void ForEachTable(const toml::table& root, ErrorList& errors,
                  const auto& read) {
  TableReader top(&root, "", errors);
  auto names = top.Keys();
  std::ranges::sort(names, {},
                    [&](const auto& name) { return top.LineOf(name); });
  for (const std::string& name : names) {
    TableReader reader = top.ReadTable(name);
    if (!IsName(name)) {
      top.Refuse(name,
                 "is no name: at most 64 letters, digits, _, . and -, and a "
                 "letter or a digit first");
    }
    read(reader, name);
    reader.RefuseUnknownKeys();
  }
}

// As the load would, and before anything is measured.
void CheckApi(TableReader& reader, const Api& api) {
  const auto refuse = [&](std::string_view key, const std::string& why) {
    if (!why.empty()) reader.Refuse(key, why);
  };
  refuse("method", WhyNotMethod(api.method));
  refuse("path", WhyNotTarget(api.path));
  refuse("body", WhyNotBody(api.body));
  refuse("content_type", WhyNotHeader("Content-Type", api.content_type));
}

// The place of the header, which may be in a table of its own.
Result<ApiHeader> ReadHeader(TableReader& reader, const std::string& name) {
  ApiHeader header{.name = name, .text = {}, .value = {}};
  reader.Read(name, &header.text);
  auto value = Expanded(header.text);
  if (!value) return std::unexpected(value.error());
  header.value = std::move(*value);
  const std::string why = WhyNotHeader(name, header.value);
  if (!why.empty()) return Fail(ErrorKind::kInvalid, why);
  return header;
}

void ReadHeaders(TableReader reader, std::vector<ApiHeader>* headers) {
  for (const std::string& name : reader.Keys()) {
    auto header = ReadHeader(reader, name);
    if (header) {
      headers->push_back(std::move(*header));
    } else {
      reader.Refuse(name, header.error().message);
    }
  }
}

void ReadApi(TableReader& reader, const std::string& name,
             std::vector<Api>* apis) {
  Api api{.name = name, .title = name};
  reader.Read("title", &api.title);
  reader.Read("method", &api.method);
  reader.Read("path", &api.path);
  reader.Read("body", &api.body);
  reader.Read("content_type", &api.content_type);
  reader.Read("messages", &api.messages);
  ReadHeaders(reader.ReadTable("headers"), &api.headers);
  CheckApi(reader, api);
  apis->push_back(std::move(api));
}

void CheckRow(TableReader& reader, const Script& script, const ScriptRow& row) {
  if (row.rate > 0) {
    if (row.seconds <= 0) reader.Refuse("rate", "needs seconds as well");
    if (row.requests > 0) reader.Refuse("requests", "are rate x seconds");
    if (row.rate * row.seconds > static_cast<double>(kMostRequests)) {
      reader.Refuse("seconds", fmt::format("with this rate are more than {} "
                                           "requests",
                                           kMostRequests));
    }
    if (script.by_ab)
      reader.Refuse("rate", "ab knows no rates; tool = \"smsweb-bench\" does");
    return;
  }
  if (row.concurrency == 0)
    reader.Refuse("concurrency", "or rate must be given");
  if ((row.requests > 0) == (row.seconds > 0)) {
    reader.Refuse("requests", "give either requests or seconds");
  }
  if (script.by_ab && row.seconds > 0) {
    reader.Refuse(
        "seconds",
        "ab counts requests; tool = \"smsweb-bench\" can stop by time");
  }
  if (row.requests > 0 && row.requests < row.concurrency) {
    reader.Refuse("concurrency", "is more than there are requests");
  }
}

void ReadRow(TableReader reader, Script* script) {
  ScriptRow row;
  reader.Read("requests", &row.requests, 1, kMostRequests);
  reader.Read("concurrency", &row.concurrency, 1, kMostAtOnce);
  reader.Read("rate", &row.rate, kLeastRate, kMostRate);
  reader.Read("seconds", &row.seconds, 0.001, kLongestSeconds);
  CheckRow(reader, *script, row);
  reader.RefuseUnknownKeys();
  script->rows.push_back(row);
}

void ReadScript(TableReader& reader, const std::string& name,
                std::vector<Script>* scripts) {
  Script script{.name = name, .title = name};
  std::string tool = "smsweb-bench";
  reader.Read("title", &script.title);
  reader.Read("tool", &tool);
  script.by_ab = tool == "ab";
  if (!script.by_ab && tool != "smsweb-bench") {
    reader.Refuse("tool", "takes \"ab\" or \"smsweb-bench\"");
  }
  reader.Read("together", &script.together);
  reader.Read("keep_alive", &script.keep_alive);
  reader.ReadSeconds("timeout", &script.timeout, 1, 3600);
  if (script.by_ab && script.keep_alive) {
    reader.Refuse("keep_alive", "is for tool = \"smsweb-bench\"");
  }
  if (script.by_ab && script.together) {
    reader.Refuse("together", "ab can't; tool = \"smsweb-bench\" can");
  }
  const auto* rows = reader.ReadTables("rows");
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    ReadRow(reader.Entry("rows", i), &script);
  }
  if (script.rows.empty()) reader.Refuse("rows", "needs one row at least");
  scripts->push_back(std::move(script));
}

// All rows of the script, unless the case names some.
void ReadRows(TableReader& reader, const Script& script, TestCase* test) {
  const auto count = static_cast<std::int64_t>(script.rows.size());
  for (std::int64_t row = 1; row <= count; ++row) test->rows.push_back(row);
  reader.Read("rows", &test->rows, 1, count);
  if (test->rows.empty()) reader.Refuse("rows", "needs one at least");
}

void ReadSetups(TableReader& reader, const std::vector<std::string>& known,
                TestCase* test) {
  reader.Read("setups", &test->setups);
  if (test->setups == std::vector<std::string>{"all"}) test->setups = known;
  if (test->setups.empty()) reader.Refuse("setups", "needs one name at least");
  for (const std::string& name : test->setups) {
    if (std::ranges::find(known, name) != known.end()) continue;
    reader.Refuse("setups",
                  fmt::format("there is no \"{}\"; there are: all, {}", name,
                              fmt::join(known, ", ")));
  }
}

void ReadSizes(TableReader& reader, TestCase* test) {
  reader.Read("repeat", &test->repeat, 1, 100);
  reader.Read("report", &test->report);
  reader.Read("spooler", &test->spooler);
  reader.Read("modems", &test->modems, 1, 1000);
  reader.Read("send_time", &test->send_seconds, 0, 3600);
  reader.Read("web_workers", &test->web_workers, 1, 1024);
  reader.Read("endpoints", &test->endpoints, 1, 1024);
  reader.Read("connections", &test->connections, 16, 1'000'000);
  reader.Read("cores", &test->cores, 0.01, 1024);
  reader.Read("memory", &test->memory_mb, 16, 1 << 24);
}

// ab sends the same request over and over, and shows its headers to all who
// look at the list of processes.
void CheckTool(TableReader& reader, const Script& script, const Api* api) {
  if (!script.by_ab || !api) return;
  if ((api->path + api->body).contains("{n")) {
    reader.Refuse("script", fmt::format("{} asks with ab, which can't number "
                                        "requests ({{n}} in the API {})",
                                        script.name, api->name));
  }
  for (const ApiHeader& header : api->headers) {
    if (!RefersToEnvironment(header.text)) continue;
    reader.Refuse(
        "script",
        fmt::format("{} asks with ab, in whose command line everybody "
                    "could read {} of the API {}; take a script with "
                    "tool = \"smsweb-bench\"",
                    script.name, header.name, api->name));
  }
}

struct CaseReader {
  Repository& repository;
  const std::vector<std::string>& setups;

  void operator()(TableReader& reader, const std::string& name) const {
    TestCase test{.name = name, .title = name};
    reader.Read("title", &test.title);
    reader.Read("api", &test.api);
    reader.Read("script", &test.script);
    if (!repository.FindApi(test.api)) {
      reader.Refuse("api", fmt::format("apis.toml has no \"{}\"", test.api));
    }
    ReadSetups(reader, setups, &test);
    ReadSizes(reader, &test);
    if (const Script* script = repository.FindScript(test.script)) {
      ReadRows(reader, *script, &test);
      CheckTool(reader, *script, repository.FindApi(test.api));
    } else {
      reader.Refuse("script",
                    fmt::format("scripts.toml has no \"{}\"", test.script));
    }
    repository.cases.push_back(std::move(test));
  }
};

}  // namespace

Result<Repository> ReadRepository(const std::filesystem::path& folder,
                                  const std::vector<std::string>& setups) {
  Repository repository;
  std::string mistakes;
  const auto read_file = [&](const char* name,
                             const auto& read) -> Result<void> {
    const auto path = folder / name;
    const auto root = ReadToml(path);
    if (!root) return std::unexpected(root.error());
    ErrorList errors(path.string());
    ForEachTable(*root, errors, read);
    if (!errors.empty()) {
      mistakes += (mistakes.empty() ? "" : "\n") + errors.Text();
    }
    return {};
  };
  const auto read_api = [&](auto& reader, auto& name) {
    ReadApi(reader, name, &repository.apis);
  };
  const auto read_script = [&](auto& reader, auto& name) {
    ReadScript(reader, name, &repository.scripts);
  };
  auto done = read_file("apis.toml", read_api);
  if (done) done = read_file("scripts.toml", read_script);
  if (done) done = read_file("cases.toml", CaseReader{repository, setups});
  if (!done) return std::unexpected(done.error());
  if (!mistakes.empty()) return Fail(ErrorKind::kInvalid, mistakes);
  return repository;
}

}  // namespace smsweb::bench
