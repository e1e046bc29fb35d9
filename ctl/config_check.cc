#include <charconv>
#include <sstream>
#include <utility>
#include <vector>

#include "ctl/commands.h"

namespace smsweb::ctl {
namespace {

// "FILE:LINE: what", as common/config writes it.
Json ErrorJson(const std::string& file, std::string_view line) {
  const std::string prefix = file + ":";
  if (line.starts_with(prefix)) {
    const auto rest = line.substr(prefix.size());
    int number = 0;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number);
    const auto message = std::string_view(end, rest.data() + rest.size());
    if (error == std::errc() && message.starts_with(": ")) {
      return {{"line", number}, {"message", message.substr(2)}};
    }
  }
  return {{"message", line}};
}

// What is allowed, and seldom meant.
std::vector<std::string> Remarks(const Config& config) {
  std::vector<std::string> remarks;
  if (config.modems.empty()) {
    remarks.emplace_back("no [[modem]]: smswebd will not start");
  }
  if (config.endpoint.trusted_networks.empty()) {
    remarks.emplace_back(
        "endpoint.trusted_networks is empty: smsweb-cgi takes messages from "
        "nobody");
  }
  return remarks;
}

}  // namespace

Failure Misconfigured(const std::string& file, const Error& error) {
  Failure failure{.exit = ExitCode::kUsage,
                  .code = "misconfigured",
                  .message = error.message};
  failure.details["file"] = file;
  failure.details["errors"] = Json::array();
  std::istringstream lines(error.message);
  for (std::string line; std::getline(lines, line);) {
    failure.details["errors"].push_back(ErrorJson(file, line));
  }
  return failure;
}

Outcome CheckConfig(const std::string& file, const Result<Config>& loaded) {
  if (!loaded) return std::unexpected(Misconfigured(file, loaded.error()));
  Report report{.text = file + ": ok\n",
                .json = {{"file", file}, {"ok", true}}};
  report.json["remarks"] = Remarks(*loaded);
  for (const auto& remark : Remarks(*loaded)) {
    report.note += (report.note.empty() ? "" : "\n") + remark;
  }
  return report;
}

}  // namespace smsweb::ctl
