// ab as --reproduce-252 runs it: with the paper's options and no others.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "bench/ceiling/reproduce.h"
#include "bench/load/apache_bench.h"
#include "bench/process/child.h"

namespace smsweb::bench {
namespace {

constexpr std::chrono::minutes kLimit{10};

Command CommandFor(const std::string& url, std::uint64_t concurrency,
                   std::uint64_t descriptors,
                   const std::filesystem::path& folder) {
  return {.arguments = {"ab", fmt::format("-n{}", concurrency),
                        fmt::format("-c{}", concurrency), url},
          .environment = {},
          .folder = folder,
          .user = {},
          .descriptors = descriptors,
          .hard_descriptors = true,
          .cgroup_tasks = {},
          .input = {}};
}

bool IsProgress(std::string_view line) {
  return line.empty() || line.starts_with("Completed ") ||
         line.starts_with("Finished ");
}

}  // namespace

std::string WhereAbGaveUp(std::string_view errors) {
  while (!errors.empty()) {
    const std::string_view line = errors.substr(0, errors.find('\n'));
    if (!IsProgress(line)) return std::string(line);
    errors.remove_prefix(std::min(line.size() + 1, errors.size()));
  }
  return {};
}

AbRun ReadAbRun(const std::string& command, std::uint64_t requests,
                const Ended& ended) {
  constexpr std::string_view kNoDescriptor = "Too many open files";
  AbRun run{.command = command,
            .out_of_descriptors = ended.errors.contains(kNoDescriptor) ||
                                  ended.output.contains(kNoDescriptor)};
  const auto report = ParseAb(ended.output);
  run.completed =
      ended.exit_code == 0 && report && report->complete == requests;
  if (!run.completed) {
    run.words = WhereAbGaveUp(ended.errors);
  } else if (report->non_2xx + report->failed > 0) {
    run.words =
        fmt::format("{} of its requests failed, {} answers were not 2xx",
                    report->failed, report->non_2xx);
  }
  return run;
}

Result<Reproduction> Reproduce252(const Reproduce252Plan& plan,
                                  const Say& say) {
  if (const std::string why = WhyNoAb(); !why.empty()) {
    return Fail(ErrorKind::kUnavailable, why);
  }
  const auto run = [&](const std::string& url, std::uint64_t concurrency,
                       std::uint64_t descriptors) -> Result<AbRun> {
    const Command command =
        CommandFor(url, concurrency, descriptors, plan.folder);
    const auto ended = Run(command, kLimit);
    if (!ended) return std::unexpected(ended.error());
    return ReadAbRun("(" + ToString(command) + ")", concurrency, *ended);
  };
  return Reproduce252(plan, {.run = run, .hard_limit = HardDescriptors()}, say);
}

}  // namespace smsweb::bench
