// smsweb: the operator's command line.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "common/base/process.h"
#include "ctl/options.h"
#include "ctl/run.h"
#include "ctl/who.h"

namespace {

using namespace smsweb;

// 0 where nobody looks: nothing is cut for a file or a pipe.
std::size_t TerminalWidth() {
  winsize size{};
  if (!::isatty(STDOUT_FILENO)) return 0;
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

Result<std::string> ReadInput() {
  constexpr std::size_t kEnough = 2 << 20;
  std::string input;
  char buffer[4096];
  while (input.size() < kEnough) {
    const auto got = ::read(STDIN_FILENO, buffer, sizeof(buffer));
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailErrno("standard input", errno);
    input.append(buffer, static_cast<std::size_t>(got));
  }
  return input;
}

// Byte by byte: what is behind the line break is not ours.
Result<std::string> ReadLine(std::string_view prompt) {
  constexpr std::size_t kEnough = 4096;
  if (::isatty(STDIN_FILENO)) {
    std::fprintf(stderr, "%.*s", static_cast<int>(prompt.size()),
                 prompt.data());
  }
  std::string line;
  while (line.size() < kEnough) {
    char byte = 0;
    const auto got = ::read(STDIN_FILENO, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailErrno("standard input", errno);
    if (got == 0 || byte == '\n') break;
    line += byte;
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

void TellProgress(std::string_view line) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

void TellStatus(std::string_view line) {
  if (!::isatty(STDERR_FILENO)) return;
  std::fprintf(stderr, "\r\x1b[K%.*s", static_cast<int>(line.size()),
               line.data());
}

void Pause(Millis length) { std::this_thread::sleep_for(length); }

// An answer that could not be written whole is none.
int Finish(const ctl::Output& output) {
  std::fputs(output.err.c_str(), stderr);
  std::fputs(output.out.c_str(), stdout);
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    std::perror("smsweb: standard output");
    return static_cast<int>(ctl::ExitCode::kUnavailable);
  }
  return static_cast<int>(output.exit);
}

}  // namespace

int main(int argc, char** argv) {
  PrepareProcess();
  const auto options = ctl::ParseOptions(argc, argv);
  if (!options) return Finish(ctl::Render(options.error()));
  const SystemClock clock;
  SystemRandom random;
  const auto outcome =
      ctl::RunCommand(*options, {.clock = clock,
                                 .random = random,
                                 .environment = SystemEnvironment,
                                 .read_input = ReadInput,
                                 .read_line = ReadLine,
                                 .pause = Pause,
                                 .width = TerminalWidth(),
                                 .progress = TellProgress,
                                 .status = TellStatus,
                                 .who = ctl::WhoRuns(SystemEnvironment)});
  return Finish(ctl::Render(outcome, options->json));
}
