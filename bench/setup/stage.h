// What a set-up is put together on: its private folder, its user, its board,
// and the programs that were started, which leave in the opposite order.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/process/child.h"
#include "bench/sample/sampler.h"
#include "bench/setup/board.h"
#include "bench/setup/private_folder.h"
#include "bench/setup/setup.h"

namespace smsweb::bench {

// One of the programs.
struct Program {
  std::string name;   // its log is called so
  std::string group;  // of samples
  Command command;    // its user, its folder and its board are added
  bool on_board = true;
  std::string place;                // for messages: "port 8080"
  std::function<bool()> ready;      // asked again and again
  std::filesystem::path error_log;  // that it writes beside its output, if any
};

class Stage {
 public:
  static Result<Stage> Build(const SetupOptions& options);
  Stage(Stage&&) noexcept = default;
  Stage& operator=(Stage&&) = delete;
  ~Stage();

  const PrivateFolder& folder() const { return folder_; }
  const Layout& layout() const { return folder_.layout(); }

  // Starts it and waits until it is ready. kUnavailable: it has ended, or is
  // not ready after a minute, with the end of its logs.
  Result<void> Start(const Program& program);
  // kUnavailable: one that was started has ended.
  Result<void> CheckAlive();

  const std::vector<SampleGroup>& groups() const { return groups_; }
  const std::vector<std::string>& commands() const { return commands_; }
  const std::vector<std::pair<std::string, std::filesystem::path>>& logs()
      const {
    return logs_;
  }

 private:
  struct Running {
    Child child;
    std::filesystem::path error_log;
  };
  Stage(PrivateFolder folder, SlowBoard board)
      : folder_(std::move(folder)), board_(std::move(board)) {}
  Command Complete(const Program& program) const;
  Result<void> AwaitReady(const Program& program, const Running& running);
  void NoteStart(const Program& program, const Command& command,
                 const Child& child);

  PrivateFolder folder_;
  SlowBoard board_;
  std::vector<Running> running_;
  std::vector<SampleGroup> groups_;
  std::vector<std::string> commands_;
  std::vector<std::pair<std::string, std::filesystem::path>> logs_;
};

}  // namespace smsweb::bench
