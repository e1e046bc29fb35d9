// smsweb-bench sample ... on the command line.
#include <fmt/format.h>

#include <algorithm>

#include "bench/commands/sample.h"
#include "bench/sample/words.h"
#include "common/base/duration.h"

namespace smsweb::bench {
namespace {

using std::chrono::milliseconds;

constexpr const char* kFooter = R"(Examples:
  smsweb-bench sample
      a row a second, until Ctrl-C: the paper's script
  smsweb-bench sample --interval 500ms --out use.csv \
      --group web=@nginx --group endpoint=@smsweb-cgi
      the web server's and the endpoint's part of it as well
  smsweb-bench sample --out use.csv -- ab -n 1000 -c 50 http://192.0.2.7/s.py
      while a command runs; its own part is in the columns command_...
  smsweb-bench sample --columns
      what each column is, as a table

Each row says what happened since the row before it. What can't be known is
empty. docs/samples.md has more.)";

constexpr milliseconds kShortest{10};
constexpr milliseconds kLongest = std::chrono::hours(1);
constexpr std::uint64_t kMostRows = 1'000'000'000;

Result<milliseconds> ParseInterval(const std::string& text) {
  const auto interval = ParseDuration(text);
  if (!interval) return interval;
  if (*interval < kShortest || *interval > kLongest) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("\"{}\" is no interval: say 10ms to 3600s", text));
  }
  return interval;
}

template <typename Value>
Value Take(const char* option, Result<Value> value) {
  if (!value) throw CLI::ValidationError(option, value.error().message);
  return std::move(*value);
}

// Each process of a group may be given by itself.
void AddGroup(SampleGroup group, std::vector<SampleGroup>& groups) {
  const auto same = std::ranges::find(groups, group.name, &SampleGroup::name);
  if (same == groups.end()) {
    groups.push_back(std::move(group));
    return;
  }
  same->roots.insert(same->roots.end(), group.roots.begin(), group.roots.end());
  same->names.insert(same->names.end(), group.names.begin(), group.names.end());
}

std::vector<SampleGroup> ParseGroups(const std::vector<std::string>& texts) {
  std::vector<SampleGroup> groups;
  for (const auto& text : texts) {
    AddGroup(Take("--group", ParseSampleGroup(text)), groups);
  }
  if (auto checked = CheckGroups(groups); !checked) {
    throw CLI::ValidationError("--group", checked.error().message);
  }
  return groups;
}

bool AddMember(std::string_view member, SampleGroup& group) {
  if (member.starts_with('@')) {
    member.remove_prefix(1);
    group.names.emplace_back(member);
    return !member.empty();
  }
  const auto pid = ToNumber<pid_t>(member);
  if (!pid || *pid <= 0) return false;
  group.roots.push_back(*pid);
  return true;
}

}  // namespace

Result<SampleGroup> ParseSampleGroup(const std::string& text) {
  std::string_view members = text;
  SampleGroup group{.name = std::string(TakeUntil(members, '='))};
  bool good = !members.empty();
  while (good && !members.empty()) {
    good = AddMember(TakeUntil(members, ','), group);
  }
  if (good) return group;
  return Fail(ErrorKind::kInvalid,
              fmt::format("\"{}\" is no group of processes: say web=123,456 "
                          "(processes, with all that they start) or "
                          "web=@nginx (a program, as ps -o comm has it)",
                          text));
}

void Declare(CLI::App& app, SampleOptions& options) {
  app.footer(kFooter);
  app.add_option_function<std::string>(
         "--interval",
         [&options](const std::string& text) {
           options.interval = Take("--interval", ParseInterval(text));
         },
         "How much time a row tells of: 1s without it")
      ->type_name("TIME");
  app.add_option("--rows", options.rows, "End after so many")
      ->check(CLI::Range(std::uint64_t{1}, kMostRows))
      ->type_name("N");
  app.add_option("--out", options.out, "Write here; - is standard output")
      ->type_name("FILE")
      ->capture_default_str();
  app.add_option_function<std::vector<std::string>>(
         "--group",
         [&options](const std::vector<std::string>& texts) {
           options.groups = ParseGroups(texts);
         },
         "Count these processes together, and all that they start. May be "
         "repeated")
      ->type_name("NAME=PID,...|NAME=@PROGRAM")
      ->allow_extra_args(false)  // what comes behind is COMMAND, or its "--"
      ->take_all();
  app.add_flag("--columns", options.columns,
               "Print what each column is, and end");
  app.add_option("COMMAND", options.command,
                 "Sample while it runs, as group \"command\"; its exit code is "
                 "ours. Put -- before it")
      ->type_name("");
}

}  // namespace smsweb::bench
