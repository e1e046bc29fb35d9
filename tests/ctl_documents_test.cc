// The documents of the configuration agree with what common/config takes.
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "catch.h"
#include "common/config/config.h"

namespace smsweb {
namespace {

const std::string kDocs = SMSWEB_DOCS;

std::string ReadDocument(const std::string& name) {
  std::ifstream file(kDocs + "/" + name);
  INFO(name);
  REQUIRE(file.is_open());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Result<Config> Parse(const std::string& text) {
  return ParseConfig(
      text, "smsweb.toml",
      [](const std::string&) { return std::optional<std::string>(); },
      Secrets::kResolve);
}

std::vector<std::string> KnownHere(const std::string& toml) {
  const auto config = Parse(toml);
  REQUIRE(!config.has_value());
  const std::string& message = config.error().message;
  const std::string mark = "known here: ";
  const auto at = message.find(mark);
  REQUIRE(at != std::string::npos);
  std::vector<std::string> words;
  std::istringstream list(message.substr(
      at + mark.size(), message.find('\n', at) - at - mark.size()));
  for (std::string word; std::getline(list >> std::ws, word, ',');) {
    words.push_back(word);
  }
  return words;
}

std::string Header(const std::string& table) {
  const bool many =
      table == "modem" || table == "route" || table == "guard.limit";
  return many ? "[[" + table + "]]\n" : "[" + table + "]\n";
}

// "table.key" for each key that the programs know: asked of their own errors.
std::vector<std::string> KnownKeys() {
  std::vector<std::string> keys;
  for (const auto& table : KnownHere("no_such_table = 1\n")) {
    // A modem without a name has errors of its own; the list comes last.
    std::string toml = Header(table);
    if (table == "modem") toml += "name = \"a\"\ndevice = \"/dev/a\"\n";
    for (const auto& key : KnownHere(toml + "no_such_key = 1\n")) {
      keys.push_back(table + "." + key);
    }
  }
  return keys;
}

TEST_CASE("Every key that the programs know is in every document") {
  const auto keys = KnownKeys();
  CHECK(keys.size() > 30);
  const std::string manual = ReadDocument("configuration.md");
  const std::string page = ReadDocument("man/smsweb.toml.5");
  const std::string example = ReadDocument("smsweb.toml.example");
  for (const auto& key : keys) {
    INFO(key);
    CHECK(manual.find("| `" + key + "` |") != std::string::npos);
    CHECK(page.find("Cm " + key + "\n") != std::string::npos);
    const auto name = key.substr(key.find('.') + 1);
    // "# " is for what has no default.
    CHECK(std::regex_search(example, std::regex("\n(# ?)?" + name + " = ")));
  }
}

TEST_CASE("Every key of the tables of the guard is in configuration.md") {
  const std::string manual = ReadDocument("configuration.md");
  for (const std::string table :
       {"guard.countries", "guard.types", "guard.numbers", "guard.limit",
        "guard.conversion", "guard.backlog"}) {
    for (const auto& key : KnownHere(Header(table) + "no_such_key = 1\n")) {
      INFO(table << "." << key);
      CHECK(manual.find("| `" + table + "." + key + "` |") !=
            std::string::npos);
    }
  }
}

TEST_CASE("No document has a key that the programs do not know") {
  const auto keys = KnownKeys();
  const std::set<std::string> known(keys.begin(), keys.end());
  const std::pair<std::string, std::regex> rows[] = {
      {"configuration.md", std::regex("\n\\| `([a-z_]+\\.[a-z_]+)` \\|")},
      {"man/smsweb.toml.5", std::regex("Cm ([a-z_]+\\.[a-z_]+)\n")}};
  for (const auto& [name, pattern] : rows) {
    const std::string text = ReadDocument(name);
    std::set<std::string> found;
    for (std::sregex_iterator i(text.begin(), text.end(), pattern), end;
         i != end; ++i) {
      found.insert((*i)[1]);
    }
    CHECK(found == known);
  }
}

// A row of a table in configuration.md.
struct Row {
  std::string key, type, standard, takes;
};

std::vector<Row> Rows() {
  std::vector<Row> rows;
  std::istringstream text(ReadDocument("configuration.md"));
  const std::regex pattern(
      R"(\| `([a-z_.]+)` \| ([^|]+) \| ([^|]+) \| ([^|]*?) *\|.*)");
  for (std::string line; std::getline(text, line);) {
    std::smatch match;
    if (std::regex_match(line, match, pattern)) {
      rows.push_back({match[1], match[2], match[3], match[4]});
    }
  }
  return rows;
}

using Keys = std::map<std::string, std::string>;

// "guard.limit.most" -> "guard.limit", which is a list of tables.
std::string TableOf(const std::string& key) {
  const std::string limit = "guard.limit";
  return key.starts_with(limit + ".") ? limit : key.substr(0, key.find('.'));
}

// A file that has this value for this key, and what its table must have.
std::string FileWith(const std::string& key, const std::string& value,
                     Keys keys = {}) {
  const std::string table = TableOf(key);
  if (table == "modem") keys = {{"name", "\"a\""}, {"device", "\"/dev/a\""}};
  keys[key.substr(table.size() + 1)] = value;
  std::string toml = Header(table);
  for (const auto& [name, text] : keys) toml += name + " = " + text + "\n";
  return toml;
}

// What lets a key have this value at all.
Keys KeysBeside(const std::string& key, const std::string& value) {
  const std::map<std::string, Keys> beside = {
      {"verify.ttl", {{"max_ttl", "3600"}}},
      {"verify.min_ttl", {{"max_ttl", "3600"}, {"ttl", value}}},
      {"verify.max_ttl", {{"ttl", value}}},
      {"verify.min_code_length", {{"code_length", value}}},
      {"verify.max_code_length", {{"code_length", value}}},
      {"guard.conversion.window", {{"conversion.settle", "0"}}},
      {"guard.conversion.settle", {{"conversion.window", "604800"}}},
      {"guard.limit.most", {{"per", "\"number\""}, {"within", "1"}}},
      {"guard.limit.within", {{"per", "\"number\""}, {"most", "1"}}}};
  const auto found = beside.find(key);
  return found == beside.end() ? Keys() : found->second;
}

TEST_CASE("The ranges in configuration.md are those of the programs") {
  const std::regex pattern("([0-9]+) to ([0-9]+)");
  int checked = 0;
  for (const Row& row : Rows()) {
    if (row.type != "whole number") continue;
    INFO(row.key);
    std::smatch range;
    REQUIRE(std::regex_match(row.takes, range, pattern));
    const auto least = std::stoll(range[1]);
    const auto most = std::stoll(range[2]);
    const auto takes = [&](std::int64_t number) {
      const auto value = std::to_string(number);
      return Parse(FileWith(row.key, value, KeysBeside(row.key, value)))
          .has_value();
    };
    CHECK(takes(least));
    CHECK(takes(most));
    CHECK(!takes(least - 1));
    CHECK(!takes(most + 1));
    ++checked;
  }
  CHECK(checked > 10);
}

auto Values(const VerifyConfig& v) {
  return std::tuple(v.secret_file, v.app, v.default_locale, v.code_length,
                    v.min_code_length, v.max_code_length, v.ttl, v.min_ttl,
                    v.max_ttl, v.max_checks, v.max_sends, v.resend_after,
                    v.max_parts, v.report, v.uniform_answers);
}

auto Values(const GuardConfig& g) {
  using Limit = std::tuple<std::string, std::int64_t, std::int64_t, bool>;
  std::vector<Limit> limits;
  for (const GuardLimit& limit : g.limits) {
    limits.emplace_back(limit.per, limit.most, limit.within.count(),
                        limit.dry_run);
  }
  return std::tuple(
      g.prefix_digits, g.countries.allow, g.countries.dry_run, g.types.refuse,
      g.types.dry_run, g.numbers.block, g.numbers.allow, g.numbers.dry_run,
      std::move(limits), g.conversion.least_share, g.conversion.least_volume,
      g.conversion.window, g.conversion.settle, g.conversion.pause,
      g.conversion.dry_run, g.backlog.dry_run);
}

// Every value of a configuration that configuration.md gives a default for.
auto Values(const Config& c) {
  return std::tuple(
      Values(c.verify), Values(c.guard), c.retention.verifications,
      c.store.path, c.endpoint.listen, c.endpoint.socket_mode,
      c.endpoint.backlog, c.endpoint.workers, c.endpoint.max_connections,
      c.endpoint.max_waiting, c.endpoint.max_body_bytes,
      c.endpoint.max_import_bytes, c.endpoint.idempotency_life,
      c.endpoint.trusted_networks, c.message.default_region,
      c.message.max_parts, c.message.short_codes, c.message.number_check,
      c.message.otp_ttl, c.message.transactional_ttl, c.message.bulk_ttl,
      c.spooler.bell, c.spooler.spawn, c.spooler.command, c.spooler.idle_exit,
      c.spooler.max_attempts, c.spooler.profiles, c.message.languages,
      c.message.transliterate, c.message.report, c.message.conversations,
      c.message.duplicate_window, c.inbox.webhook_url, c.inbox.webhook_secret,
      c.inbox.incomplete_after, c.inbox.stop_words, c.inbox.start_words,
      c.window.transactional.Limits(), c.window.bulk.Limits(),
      c.window.zones.size(), c.log.level, c.log.file, c.retention.delivered,
      c.retention.undelivered, c.retention.sent, c.retention.unknown,
      c.retention.failed, c.retention.expired, c.retention.cancelled,
      c.retention.texts, c.retention.inbox);
}

auto Values(const ModemConfig& m) {
  return std::tuple(m.baud, m.flow_control, m.pin, m.smsc, m.prompt_timeout,
                    m.submit_timeout, m.profile, m.imei, m.roaming,
                    m.keep_alive, m.trace, m.groups, m.limits.per_minute,
                    m.limits.per_hour, m.limits.per_day, m.limits.per_month,
                    m.limits.recipients_per_month, m.limits.otp_share,
                    m.limits.zone.name);
}

// Its table has no value that stands for its absence.
bool HasDefault(const std::string& key) {
  return key != "modem.name" && key != "modem.device" &&
         !key.starts_with("modem.limits.") && !key.starts_with("route.") &&
         !key.starts_with("guard.limit.");
}

TEST_CASE("The defaults in configuration.md are those of the programs") {
  for (const Row& row : Rows()) {
    INFO(row.key);
    if (row.standard == "none") {
      CHECK(!HasDefault(row.key));
      continue;
    }
    // Of one limit, which is no default.
    if (row.key == "guard.limit.dry_run") continue;
    REQUIRE(row.standard.size() > 2);
    const auto value = row.standard.substr(1, row.standard.size() - 2);
    const auto config = Parse(FileWith(row.key, value));
    REQUIRE(config.has_value());
    CHECK(Values(*config) == Values(Config{}));
    for (const auto& modem : config->modems) {
      CHECK(Values(modem) == Values(ModemConfig{}));
    }
  }
}

TEST_CASE("The example is a configuration") {
  const auto config = Parse(ReadDocument("smsweb.toml.example"));
  if (!config) FAIL(config.error().message);
  CHECK(config->modems.size() == 1);
}

TEST_CASE("What the example has commented out are the defaults") {
  const std::string example = ReadDocument("smsweb.toml.example");
  // A list may go over several lines.
  const auto uncommented = std::regex_replace(
      example, std::regex("\n#([a-z_]+ = |  \\{|\\])"), "\n$1");
  CHECK(uncommented != example);
  const auto with = Parse(uncommented);
  if (!with) FAIL(with.error().message);
  const auto without = Parse(example);
  CHECK(Values(*with) == Values(*without));
  CHECK(Values(with->modems.at(0)) == Values(without->modems.at(0)));
  Config defaults;
  defaults.endpoint.trusted_networks = with->endpoint.trusted_networks;
  CHECK(Values(*with) == Values(defaults));
}

// Every example in the text, a file of its own.
TEST_CASE("The examples in configuration.md are configurations") {
  const std::string text = ReadDocument("configuration.md");
  const std::string open = "```toml\n";
  int count = 0;
  for (auto at = text.find(open); at != std::string::npos;
       at = text.find(open, at + 1)) {
    const auto begin = at + open.size();
    const auto example = text.substr(begin, text.find("```", begin) - begin);
    INFO(example);
    const auto config = ParseConfig(example, "example", SystemEnvironment);
    if (!config) FAIL(config.error().message);
    ++count;
  }
  CHECK(count >= 7);
}

// A row says where it is tested: `tests/unit_test.cc: "Sentence"`, `"another"`.
TEST_CASE("The tests that security.md names are there") {
  const std::string document = ReadDocument("security.md");
  const std::regex cited("`(?:(tests/[a-z_]+\\.cc): )?\"([^\"`]+)\"`");
  std::string file;
  std::map<std::string, std::string> sources;
  int count = 0;
  for (std::sregex_iterator it(document.begin(), document.end(), cited), end;
       it != end; ++it) {
    const auto& match = *it;
    if (match[1].matched) file = match[1];
    if (file.empty()) continue;  // a word in quotes
    if (!sources.contains(file)) {
      // A sentence may go over several literals.
      sources[file] = std::regex_replace(ReadDocument("../" + file),
                                         std::regex("\"\\s*\n\\s*\""), "");
    }
    INFO(file << ": " << match[2]);
    const bool found = sources[file].contains("\"" + match[2].str() + "\")");
    CHECK(found);
    ++count;
  }
  CHECK(count >= 20);
}

// Each row of the two tables that says that it is met names a test.
TEST_CASE("Each requirement that security.md says is met is tested") {
  std::istringstream document(ReadDocument("security.md"));
  bool in_table = false;
  int met = 0;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("| requirement |")) in_table = true;
    if (line.empty()) in_table = false;
    if (!in_table) continue;
    const auto verdict = line.find('|', 2);
    if (line.compare(verdict, 6, "| met ") != 0 &&
        line.compare(verdict, 6, "| met,") != 0) {
      continue;
    }
    ++met;
    INFO(line);
    const bool tested = line.contains("`tests/");
    CHECK(tested);
  }
  CHECK(met >= 10);
}

}  // namespace
}  // namespace smsweb
