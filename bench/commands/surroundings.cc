#include "bench/commands/surroundings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>

#include "common/base/command_line.h"

namespace smsweb::bench {
namespace {

using std::chrono::steady_clock;
namespace fs = std::filesystem;

bool HasData(const fs::path& folder) {
  return fs::exists(folder / "bench" / "cases.toml") &&
         fs::exists(folder / "deploy" / "nginx");
}

// Whether anybody still listens is no matter: what is measured goes on.
void Say(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

// One line, shown over and over.
class Display {
 public:
  void Show(const std::string& line, bool done) {
    const double seconds =
        std::chrono::duration<double>(steady_clock::now() - began_).count();
    const std::string text =
        fmt::format("[{:3.0f}:{:02.0f}] {}", std::floor(seconds / 60),
                    std::floor(std::fmod(seconds, 60)), line);
    if (terminal_) {
      Say("\r\x1b[K" + text + (done ? "\n" : ""));
    } else if (done) {
      Say(text + "\n");
    }
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  const steady_clock::time_point began_ = steady_clock::now();
};

}  // namespace

Result<Surroundings> LookAround() {
  std::error_code error;
  Surroundings surroundings;
  surroundings.self = fs::read_symlink("/proc/self/exe", error);
  surroundings.programs = surroundings.self.parent_path();
  for (const fs::path& folder :
       {surroundings.programs.parent_path() / "share" / "smsweb",
        fs::path(SMSWEB_CHECKOUT)}) {
    if (!HasData(folder)) continue;
    surroundings.shared = folder;
    surroundings.progress = ProgressDisplay();
    return surroundings;
  }
  return Fail(
      ErrorKind::kNotFound,
      fmt::format("the cases and configurations are neither in {} nor in "
                  "{}: install smsweb again (cmake --install), or build "
                  "it where its checkout is",
                  (surroundings.programs / "../share/smsweb").string(),
                  SMSWEB_CHECKOUT));
}

Result<Scratch> MakeScratch() {
  const char* given = std::getenv("TMPDIR");
  return Scratch::Make(given ? given : "/var/tmp");
}

Progress ProgressDisplay() {
  const auto display = std::make_shared<Display>();
  return [display](const std::string& line, bool done) {
    display->Show(line, done);
  };
}

int Printed(const std::function<int()>& work) {
  int code = 1;
  try {
    code = work();
    if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return code;
  } catch (const std::system_error&) {  // of fmt::print()
  }
  const std::string why = std::generic_category().message(errno);
  Say("smsweb-bench: standard output: " + why + "\n");
  return code == 0 ? 1 : code;
}

int Complain(const Error& error, std::string_view who) {
  Say(fmt::format("{}: {}\n", who, error.message));
  const bool asked_wrongly = error.kind == ErrorKind::kInvalid;
  return asked_wrongly ? kExitWrongUsage : 1;
}

}  // namespace smsweb::bench
