#include "bench/setup/stage.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace smsweb::bench {
namespace {

using std::chrono::steady_clock;

// Generous: of half a core, ten programs take their time.
constexpr std::chrono::seconds kReadyLimit{60};
constexpr int kPauseMillis = 5;

std::unexpected<Error> FailWithWords(const Child& child,
                                     const std::filesystem::path& error_log,
                                     std::string_view what) {
  std::string words = child.LastWords();
  if (!error_log.empty()) words += LastLines(error_log);
  if (words.empty()) words = "(nothing)\n";
  return Fail(ErrorKind::kUnavailable,
              fmt::format("{} {}; it said:\n{}", child.name(), what, words));
}

}  // namespace

Result<Stage> Stage::Build(const SetupOptions& options) {
  const auto user = UserOfSetups();
  if (!user) return std::unexpected(user.error());
  const auto parent =
      std::filesystem::absolute(options.folder).lexically_normal();
  for (const auto& good :
       {CheckName(parent), CheckDisk(parent), CheckWay(parent, *user)}) {
    if (!good) return std::unexpected(good.error());
  }
  auto folder = PrivateFolder::Make(parent, *user, options.keep);
  if (!folder) return std::unexpected(folder.error());
  for (const char* name : {"output", "web"}) {
    if (auto ok = folder->MakeFolder(name); !ok) {
      return std::unexpected(ok.error());
    }
  }
  for (const char* name : {"log", "state"}) {
    if (auto ok = folder->MakeUsersFolder(name); !ok) {
      return std::unexpected(ok.error());
    }
  }
  auto board = SlowBoard::Make(options.limit,
                               folder->layout().folder.filename().string());
  if (!board) return std::unexpected(board.error());
  return Stage(std::move(*folder), std::move(*board));
}

Stage::~Stage() {
  while (!running_.empty()) running_.pop_back();
}

Command Stage::Complete(const Program& program) const {
  Command command = program.command;
  command.user = folder_.user();
  command.folder = layout().State();
  if (program.on_board) {
    command.cgroup_tasks = board_.Tasks();
    command.arguments.insert(command.arguments.begin(), board_.prefix().begin(),
                             board_.prefix().end());
  }
  return command;
}

void Stage::NoteStart(const Program& program, const Command& command,
                      const Child& child) {
  commands_.push_back(ToString(command));
  logs_.emplace_back(program.name, child.log());
  if (!program.error_log.empty()) {
    logs_.emplace_back(program.name + " errors", program.error_log);
  }
  auto group = std::ranges::find(groups_, program.group, &SampleGroup::name);
  if (group == groups_.end()) {
    group = groups_.insert(groups_.end(), {.name = program.group, .roots = {}});
  }
  group->roots.push_back(child.pid());
}

Result<void> Stage::AwaitReady(const Program& program, const Running& running) {
  const auto end = steady_clock::now() + kReadyLimit;
  while (!program.ready()) {
    // Any of them: a web server never answers without its smsweb-cgi.
    if (auto ok = CheckAlive(); !ok) return ok;
    if (steady_clock::now() > end) {
      return FailWithWords(running.child, running.error_log,
                           fmt::format("is not at {} after {} s", program.place,
                                       kReadyLimit.count()));
    }
    ::poll(nullptr, 0, kPauseMillis);
  }
  return {};
}

Result<void> Stage::Start(const Program& program) {
  const Command command = Complete(program);
  auto child =
      Child::Start(program.name, command, layout().Output(program.name));
  if (!child) return std::unexpected(child.error());
  NoteStart(program, command, *child);
  running_.push_back({std::move(*child), program.error_log});
  return AwaitReady(program, running_.back());
}

Result<void> Stage::CheckAlive() {
  for (Running& running : running_) {
    if (!running.child.Running()) {
      return FailWithWords(running.child, running.error_log, "has ended");
    }
  }
  return {};
}

}  // namespace smsweb::bench
