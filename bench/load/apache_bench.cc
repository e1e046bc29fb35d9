#include "bench/load/apache_bench.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>

#include "bench/load/ab_report.h"
#include "bench/process/child.h"

namespace smsweb::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPackage = "apache2-utils";
constexpr std::chrono::seconds kVersionLimit{10};

// Files that ab reads and writes, and that nobody needs after it.
struct AbFiles {
  explicit AbFiles(const fs::path& folder)
      : times(folder / "ab.times.tsv"), body(folder / "ab.body") {}
  AbFiles(const AbFiles&) = delete;
  ~AbFiles() {
    std::error_code ignored;
    fs::remove(times, ignored);
    fs::remove(body, ignored);
  }
  fs::path times;
  fs::path body;
};

Result<void> WriteBody(const std::string& body, const fs::path& path) {
  std::ofstream file(path, std::ios::binary);
  if (file << body << std::flush) return {};
  return Fail(ErrorKind::kUnavailable,
              fmt::format("ab: {} can't be written", path.string()));
}

bool BringsBody(const AbPlan& plan) {
  return plan.method == "POST" || plan.method == "PUT";
}

// ab takes a method by -p and -u, which bring a body, or else by -m.
void AddMethod(const AbPlan& plan, const AbFiles& files,
               std::vector<std::string>& arguments) {
  if (!BringsBody(plan)) {
    if (plan.method != "GET") {
      arguments.insert(arguments.end(), {"-m", plan.method});
    }
    return;
  }
  arguments.insert(arguments.end(),
                   {plan.method == "POST" ? "-p" : "-u", files.body.string()});
  if (!plan.content_type.empty()) {
    arguments.insert(arguments.end(), {"-T", plan.content_type});
  }
}

// Without -l, for an answer of another length than the first is the only sign
// that one was cut short. -g, not -e: it has a line for each answer, so that
// the histogram is whole, where -e has a hundred points and no last percent;
// its price is whole milliseconds. Without -r, as in the paper: ab gives up at
// the first connection that breaks.
Command CommandOf(const AbPlan& plan, const AbFiles& files) {
  std::vector<std::string> arguments{"ab", "-q",
                                     "-s", std::to_string(plan.timeout.count()),
                                     "-n", std::to_string(plan.requests),
                                     "-c", std::to_string(plan.concurrency),
                                     "-g", files.times.string()};
  AddMethod(plan, files, arguments);
  for (const auto& [name, value] : plan.headers) {
    arguments.insert(arguments.end(), {"-H", name + ": " + value});
  }
  arguments.push_back(plan.url);
  return {.arguments = std::move(arguments),
          .descriptors =
              plan.descriptors > 0 ? plan.descriptors : HardDescriptors()};
}

// What ab said before it gave up is no report, and yet a result.
AbResult ResultOf(const Ended& ended) {
  AbResult result = ParseAb(ended.output).value_or(AbResult{});
  result.output = ended.output;
  result.errors = ended.errors;
  result.exit_code = ended.exit_code;
  return result;
}

std::string ReleaseOfApache() {
  const auto asked =
      Run({.arguments = {"dpkg-query", "-W", "-f", "${Version}", kPackage}},
          kVersionLimit);
  return asked && asked->exit_code == 0 ? asked->output : "";
}

}  // namespace

std::string WhyNoAb() {
  if (!FindProgram("ab").empty()) return {};
  return fmt::format("ab is not installed: apt-get install {}", kPackage);
}

Result<AbResult> RunAb(const AbPlan& plan) {
  if (const std::string why = WhyNoAb(); !why.empty()) {
    return Fail(ErrorKind::kUnavailable, why);
  }
  const AbFiles files(plan.folder);
  if (BringsBody(plan)) {
    auto written = WriteBody(plan.body, files.body);
    if (!written) return std::unexpected(written.error());
  }
  const Command command = CommandOf(plan, files);
  const auto ended = Run(command, plan.limit);
  if (!ended) return std::unexpected(ended.error());
  AbResult result = ResultOf(*ended);
  result.command = ToString(command);
  std::ifstream times(files.times);
  if (times) {
    auto latency = ReadAbTimes(times);
    if (!latency) return std::unexpected(latency.error());
    result.latency = std::move(*latency);
  }
  return result;
}

std::string AbVersion() {
  const auto asked = Run({.arguments = {"ab", "-V"}}, kVersionLimit);
  if (!asked) return {};
  const std::string version = ReadAbVersion(asked->output);
  const std::string release = ReleaseOfApache();
  if (version.empty() || release.empty()) return version;
  return fmt::format("{} (Apache {})", version, release);
}

}  // namespace smsweb::bench
