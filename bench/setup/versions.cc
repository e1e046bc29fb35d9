#include "bench/setup/versions.h"

#include <chrono>
#include <regex>
#include <vector>

#include "bench/process/child.h"
#include "common/store/sqlite_db.h"

namespace smsweb::bench {
namespace {

struct Question {
  std::string name;
  std::vector<std::string> command;
};

std::vector<Question> Questions(const SetupParts& parts,
                                const std::filesystem::path& smsweb_cgi) {
  const Question smsweb{"smsweb-cgi", {smsweb_cgi, "--version"}};
  const Question apache{"apache", {"apache2", "-v"}};
  switch (parts.server) {
    case ServerKind::kNginx:
      return {{"nginx", {"nginx", "-v"}}, smsweb};
    case ServerKind::kApache:
      return {apache, smsweb};
    case ServerKind::kUwsgi:
      return {{"uwsgi", {"uwsgi-core", "--version"}}, smsweb};
    case ServerKind::kLighttpd:
      return {{"lighttpd", {"lighttpd", "-v"}}, smsweb};
    case ServerKind::kPaper:
      return {apache, {"python", {kPython, "--version"}}};
  }
  return {};
}

// The library that this program, smsweb's and Python share.
std::string SqliteVersion() {
  auto db = SqliteDb::Open(":memory:", {});
  if (!db) return "";
  auto statement = db->Prepare("SELECT sqlite_version()");
  if (!statement) return "";
  const auto row = statement->Step();
  return row && *row ? std::string(statement->Text(0)) : "";
}

}  // namespace

std::string VersionIn(std::string_view text) {
  static const std::regex kVersion(R"(\d+(\.\d+)+)");
  std::match_results<std::string_view::const_iterator> match;
  return std::regex_search(text.begin(), text.end(), match, kVersion)
             ? match.str()
             : "";
}

std::map<std::string, std::string> VersionsOf(
    const SetupParts& parts, const std::filesystem::path& smsweb_cgi) {
  std::map<std::string, std::string> versions;
  for (const Question& question : Questions(parts, smsweb_cgi)) {
    const auto answer =
        Run({.arguments = question.command}, std::chrono::seconds(30));
    if (!answer) continue;
    versions[question.name] = VersionIn(answer->output + answer->errors);
  }
  versions["sqlite"] = SqliteVersion();
  std::erase_if(versions,
                [](const auto& entry) { return entry.second.empty(); });
  return versions;
}

}  // namespace smsweb::bench
