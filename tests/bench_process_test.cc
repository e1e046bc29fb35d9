// Other programs: started as asked, and gone when they should be.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "bench/process/child.h"
#include "bench/process/growing_file.h"
#include "bench/process/supervise.h"
#include "catch.h"
#include "temp_folder.h"

using namespace smsweb;
using namespace smsweb::bench;
using namespace std::chrono_literals;

namespace {

Command Shell(const std::string& script) {
  return {.arguments = {"sh", "-c", script}};
}

Command Program(std::vector<std::string> arguments) {
  return {.arguments = std::move(arguments)};
}

}  // namespace

TEST_CASE("A program's output, errors and exit code are told apart") {
  const auto ended = Run(Shell("echo out; echo err >&2; exit 3"), 10s);
  REQUIRE(ended);
  CHECK(ended->output == "out\n");
  CHECK(ended->errors == "err\n");
  CHECK(ended->exit_code == 3);
}

TEST_CASE("A program that a signal ends has 128 and its number") {
  CHECK(Run(Shell("kill -TERM $$"), 10s)->exit_code == 128 + SIGTERM);
}

TEST_CASE("A program inherits three descriptors and no others") {
  const int extra = ::dup(STDERR_FILENO);
  const auto ended = Run(Program({"ls", "/proc/self/fd"}), 10s);
  ::close(extra);
  REQUIRE(ended);
  CHECK(ended->output == "0\n1\n2\n3\n");  // 3 is ls' own, of the folder
}

TEST_CASE("A program gets its standard input, environment and folder") {
  auto command = Shell("cat; echo $WORD; pwd");
  command.input = "line\n";
  command.environment = {{"WORD", "two words"}};
  command.folder = "/";
  CHECK(Run(command, 10s)->output == "line\ntwo words\n/\n");
}

TEST_CASE("The limit of descriptors is soft, or hard as well") {
  auto command = Shell("ulimit -Sn; ulimit -Hn");
  command.descriptors = 256;
  rlimit ours{};
  ::getrlimit(RLIMIT_NOFILE, &ours);
  CHECK(Run(command, 10s)->output.starts_with("256\n"));
  CHECK(Run(command, 10s)->output != "256\n256\n");
  command.hard_descriptors = true;
  CHECK(Run(command, 10s)->output == "256\n256\n");
}

// Killed; who adopted it may still have to take it away.
bool IsGone(const std::string& pid) {
  const auto state = Run(Shell("ps -o stat= -p " + pid), 10s);
  return state->output.empty() || state->output.starts_with("Z");
}

TEST_CASE("A program that does not end is killed, with its children") {
  const TempFolder folder;
  const std::string file = folder / "pid";
  const Command endless =
      Shell("sleep 1000 & echo $! > " + file + "; sleep 1000");
  std::string pid;
  for (auto limit = 100ms; pid.empty(); limit *= 4) {  // until it got so far
    const auto ended = Run(endless, limit);
    REQUIRE_FALSE(ended);
    CHECK(ended.error().message.find("did not end") != std::string::npos);
    std::ifstream(file) >> pid;
  }
  CHECK(IsGone(pid));
}

TEST_CASE("A program that is not there is an error that names it") {
  const auto ended = Run(Program({"no-such-program"}), 10s);
  REQUIRE_FALSE(ended);
  CHECK(ended.error().message.find("no-such-program") != std::string::npos);
}

TEST_CASE("A child is stopped with what it left in its group") {
  const TempFolder folder;
  const auto pids = folder / "pids";
  REQUIRE(::mkfifo(pids.c_str(), 0600) == 0);
  auto child =
      Child::Start("shell", Shell("sleep 1000 & echo $! > " + pids + "; wait"),
                   folder / "log");
  REQUIRE(child);
  const auto told = Run(Program({"cat", pids}), 10s);
  REQUIRE(told);
  CHECK(child->Running());
  child->Stop();
  CHECK_FALSE(child->Running());
  CHECK(IsGone(told->output));
}

TEST_CASE("A child that takes no notice of SIGTERM is killed") {
  const TempFolder folder;
  const auto ready = folder / "ready";
  REQUIRE(::mkfifo(ready.c_str(), 0600) == 0);
  auto child = Child::Start(
      "deaf",
      Shell("trap '' TERM; echo > " + ready + "; while :; do sleep 1000; done"),
      folder / "log");
  REQUIRE(child);
  REQUIRE(Run(Program({"cat", ready}), 10s));
  CHECK(child->Stop(10ms) == 128 + SIGKILL);
}

TEST_CASE("A child's last words are the end of its log") {
  const TempFolder folder;
  auto child = Child::Start("talker", Shell("seq 100"), folder / "log");
  REQUIRE(child);
  while (child->Running()) Run(Shell("sleep 0.01"), 10s);
  CHECK(child->LastWords(2) == "99\n100\n");
}

TEST_CASE("A file that grows gives its new lines, whole ones") {
  const TempFolder folder;
  const std::string path = folder / "log";
  GrowingFile file(path);
  CHECK(file.TakeLines().empty());  // it is not there yet
  const auto append = [&](const std::string& text) {
    std::ofstream(path, std::ios::app) << text;
  };
  append("one\ntwo\nthr");
  CHECK(file.TakeLines() == "one\ntwo\n");
  CHECK(file.TakeLines().empty());
  append("ee\n");
  CHECK(file.TakeLines() == "three\n");
  append("old\n");
  file.PassOver();
  append("new\n");
  CHECK(file.TakeLines() == "new\n");
  append("a\nbcdef\n");
  CHECK(file.TakeLines(4) == "a\n");
  CHECK(file.TakeLines().empty());  // what was past the bound is passed over
  std::ofstream(path, std::ios::trunc) << "anew\n";
  CHECK(file.TakeLines() == "anew\n");
}

TEST_CASE("A command is shown as it could be typed") {
  Command command{.arguments = {"ab", "-n1", "http://x/?a=1&b=it's"}};
  CHECK(ToString(command) == "ab -n1 'http://x/?a=1&b=it'\\''s'");
  command.descriptors = 256;
  command.hard_descriptors = true;
  CHECK(ToString(command).starts_with("ulimit -n 256; ab "));
}

// In a process of its own, for it takes signals and children away from ours.
int SuperviseApart(const std::function<int()>& work,
                   const std::function<void()>& tidy) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(Supervise(work, tidy));
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("Supervised work has its own exit code, and is tidied up after") {
  const TempFolder folder;
  const std::string tidied = folder / "tidied";
  const int code =
      SuperviseApart([] { return 7; }, [&] { std::ofstream(tidied) << "yes"; });
  CHECK(code == 7);
  CHECK(std::filesystem::exists(tidied));
}

TEST_CASE(
    "What supervised work leaves behind is killed, in other sessions too") {
  // For who runs us, this is how it is already.
  if (::prctl(PR_SET_CHILD_SUBREAPER, 0) != 0) {
    WARN("nobody can adopt orphans here (qemu-user), nor find them again");
    return;
  }
  const TempFolder folder;
  const std::string ready = folder / "ready";
  const auto daemon = [&] {
    // In a session of its own before the shell ends, and its group with it.
    const auto started = Run(Shell("setsid sh -c 'echo $$ >" + ready +
                                   "; exec sleep 1000' >/dev/null 2>&1 & "
                                   "until [ -s " +
                                   ready + " ]; do sleep 0.01; done"),
                             10s);
    return started ? 0 : 1;
  };
  CHECK(SuperviseApart(daemon, [] {}) == 0);
  const auto left =
      Run(Shell("ps -o pid= -p \"$(cat " + ready + ")\" | wc -l"), 10s);
  CHECK(left->output == "0\n");
}

TEST_CASE("Children that were there before are nobody's to kill") {
  int status = 0;
  const pid_t apart = ::fork();
  if (apart == 0) {
    const pid_t before = ::fork();
    if (before == 0) {
      while (true) ::pause();
    }
    Supervise([] { return 0; }, [] {});
    const bool lives = ::kill(before, 0) == 0;
    ::kill(before, SIGKILL);
    ::_exit(lives ? 0 : 1);
  }
  ::waitpid(apart, &status, 0);
  CHECK(status == 0);
}

bool IsStopped(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string id;
  std::string name;
  std::string state;
  file >> id >> name >> state;
  return state == "T";
}

TEST_CASE("A signal ends supervised work that was stopped, too") {
  const auto stop_and_be_told = [] {
    ::signal(SIGTERM, SIG_DFL);  // Catch2 has a handler
    const pid_t supervisor = ::getppid();
    const pid_t worker = ::getpid();
    if (::fork() == 0) {
      while (!IsStopped(worker)) ::usleep(1000);
      ::kill(supervisor, SIGTERM);
      ::_exit(0);
    }
    ::raise(SIGSTOP);
    while (true) ::pause();
    return 0;
  };
  CHECK(SuperviseApart(stop_and_be_told, [] {}) == 128 + SIGTERM);
}

TEST_CASE("A signal ends supervised work, and is its exit code") {
  const int code = SuperviseApart(
      [] {
        ::signal(SIGTERM, SIG_DFL);  // Catch2 has a handler
        ::kill(::getppid(), SIGTERM);
        while (true) ::pause();
        return 0;
      },
      [] {});
  CHECK(code == 128 + SIGTERM);
}
