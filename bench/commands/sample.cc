#include "bench/commands/sample.h"

#include <fmt/format.h>
#include <signal.h>

#include <cerrno>
#include <fstream>
#include <iostream>
#include <optional>
#include <utility>

#include "bench/commands/ending_signals.h"
#include "bench/commands/sampled_program.h"
#include "bench/commands/surroundings.h"

namespace smsweb::bench {
namespace {

constexpr const char* kName = "smsweb-bench sample";
constexpr const char* kCommandGroup = "command";

// A pid in the list is typed, or passed on by who started it: that it is not
// there is a mistake that nobody would see in the columns.
Result<void> CheckRoots(const std::vector<SampleGroup>& groups) {
  for (const auto& group : groups) {
    for (const pid_t root : group.roots) {
      if (::kill(root, 0) == 0 || errno != ESRCH) continue;
      return Fail(ErrorKind::kNotFound,
                  fmt::format("group {}: there is no process {}; name a "
                              "program as {}=@PROGRAM to find its processes "
                              "whenever they begin",
                              group.name, root, group.name));
    }
  }
  return {};
}

// Standard output, or a file.
class Output {
 public:
  static Result<Output> Open(const std::string& name) {
    Output output;
    if (name == "-") return output;
    output.file_.emplace(name, std::ios::binary);
    if (!*output.file_) return FailErrno(name, errno);
    return output;
  }
  std::ostream& stream() { return file_ ? *file_ : std::cout; }

 private:
  std::optional<std::ofstream> file_;
};

// False: it is time to end. A terminal's Ctrl-C goes to the program as well as
// to us; who tells only us to end means it, too.
bool WaitUntil(MonoTime deadline, const EndingSignals& signals,
               SampledProgram* program) {
  if (program && program->HasEnded()) return false;
  while (const auto signal = signals.Await(deadline)) {
    if (signal->number == SIGCHLD) {
      if (program && program->HasEnded()) return false;
    } else if (!program) {
      return false;
    } else if (signal->from_a_process) {
      program->PassOn(signal->number);
    }
  }
  return true;
}

SamplePlan PlanOf(const SampleOptions& options,
                  const std::optional<SampledProgram>& program) {
  SamplePlan plan{.interval = options.interval,
                  .groups = options.groups,
                  .rows = options.rows};
  if (program) plan.groups.push_back({kCommandGroup, {program->pid()}, {}});
  return plan;
}

// The program begins when the first look at it is over.
int SampleInto(std::ostream& out, const SampleOptions& options,
               const EndingSignals& signals,
               std::optional<SampledProgram>& program) {
  SampledProgram* const sampled = program ? &*program : nullptr;
  const auto done =
      RunSampler(PlanOf(options, program), out, [&](MonoTime deadline) {
        if (sampled) sampled->Begin();
        return WaitUntil(deadline, signals, sampled);
      });
  const int own = done ? 0 : Complain(done.error(), kName);
  if (!sampled || !sampled->has_begun()) return own;
  constexpr auto kLong = std::chrono::hours(1);
  while (
      WaitUntil(std::chrono::steady_clock::now() + kLong, signals, sampled)) {
  }
  const int its = sampled->TakeExitCode();
  return its == 0 ? own : its;
}

}  // namespace

int RunSample(const SampleOptions& options) {
  if (options.columns) {
    fmt::print("{}", ColumnsTable());
    return 0;
  }
  if (auto there = CheckRoots(options.groups); !there) {
    return Complain(there.error(), kName);
  }
  auto output = Output::Open(options.out);
  if (!output) return Complain(output.error(), kName);
  const EndingSignals signals;
  std::optional<SampledProgram> program;
  if (!options.command.empty()) {
    auto prepared = SampledProgram::Prepare(options.command, signals.before());
    if (!prepared) return Complain(prepared.error(), kName);
    program.emplace(std::move(*prepared));
  }
  return SampleInto(output->stream(), options, signals, program);
}

}  // namespace smsweb::bench
