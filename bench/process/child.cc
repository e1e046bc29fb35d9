#include "bench/process/child.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <deque>
#include <sstream>
#include <utility>

#include "bench/process/growing_file.h"
#include "bench/process/spawn.h"
#include "common/base/unique_fd.h"

namespace smsweb::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Pipe {
  UniqueFd reader;
  UniqueFd writer;
};

Result<Pipe> MakePipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return FailErrno("pipe", errno);
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// Takes what is there; closes at its end.
void Drain(UniqueFd& reader, std::string& text) {
  std::array<char, 65536> buffer;
  const auto got = ::read(reader.get(), buffer.data(), buffer.size());
  if (got > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  } else if (got == 0 || errno != EINTR) {
    reader = UniqueFd();
  }
}

// Until both have closed: false if the time is over before.
bool ReadBoth(UniqueFd& output, UniqueFd& errors, Ended& ended,
              steady_clock::time_point end) {
  while (output.get() >= 0 || errors.get() >= 0) {
    const auto rest =
        std::chrono::ceil<milliseconds>(end - steady_clock::now());
    if (rest.count() <= 0) return false;
    std::array<pollfd, 2> polls{
        {{output.get(), POLLIN, 0}, {errors.get(), POLLIN, 0}}};
    if (::poll(polls.data(), polls.size(), static_cast<int>(rest.count())) <
        0) {
      continue;
    }
    if (polls[0].revents != 0) Drain(output, ended.output);
    if (polls[1].revents != 0) Drain(errors, ended.errors);
  }
  return true;
}

milliseconds Rest(steady_clock::time_point end) {
  return std::max(milliseconds(0),
                  std::chrono::ceil<milliseconds>(end - steady_clock::now()));
}

}  // namespace

Result<Ended> Run(const Command& command, milliseconds limit) {
  auto output = MakePipe();
  auto errors = MakePipe();
  if (!output) return std::unexpected(output.error());
  if (!errors) return std::unexpected(errors.error());
  const auto began = steady_clock::now();
  const auto pid = Spawn(command, {output->writer.get(), errors->writer.get()});
  if (!pid) return std::unexpected(pid.error());
  output->writer = UniqueFd();
  errors->writer = UniqueFd();
  Ended ended;
  const bool in_time =
      ReadBoth(output->reader, errors->reader, ended, began + limit) &&
      AwaitEnd(*pid, Rest(began + limit));
  if (!in_time) ::kill(-*pid, SIGKILL);
  ended.exit_code = Reap(*pid);
  ended.seconds =
      std::chrono::duration<double>(steady_clock::now() - began).count();
  if (!in_time) {
    return Fail(ErrorKind::kUnavailable,
                command.arguments[0] + " did not end within " +
                    std::to_string(limit.count() / 1000) + " s");
  }
  return ended;
}

Child::Child(std::string name, pid_t pid, std::filesystem::path log)
    : name_(std::move(name)), pid_(pid), log_(std::move(log)) {}

Child::Child(Child&& other) noexcept
    : name_(std::move(other.name_)),
      pid_(std::exchange(other.pid_, -1)),
      log_(std::move(other.log_)) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this == &other) return *this;
  Stop();
  name_ = std::move(other.name_);
  pid_ = std::exchange(other.pid_, -1);
  log_ = std::move(other.log_);
  return *this;
}

Child::~Child() { Stop(); }

Result<Child> Child::Start(const std::string& name, const Command& command,
                           const std::filesystem::path& log) {
  const UniqueFd file(
      ::open(log.c_str(),
             O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (file.get() < 0) return FailErrno(log.string(), errno);
  const auto pid = Spawn(command, {file.get(), file.get()});
  if (!pid) return std::unexpected(pid.error());
  return Child(name, *pid, log);
}

bool Child::Running() { return pid_ > 0 && !AwaitEnd(pid_, milliseconds(0)); }

int Child::Stop(milliseconds patience) {
  if (pid_ <= 0) return -1;
  ::kill(pid_, SIGTERM);
  if (!AwaitEnd(pid_, patience)) ::kill(-pid_, SIGKILL);
  return Reap(std::exchange(pid_, -1));
}

std::string LastLines(const std::filesystem::path& log, std::size_t lines) {
  GrowingFile file(log);
  std::string whole = file.TakeLines();
  whole += file.Unfinished();
  std::istringstream text(std::move(whole));
  std::deque<std::string> last;
  for (std::string line; std::getline(text, line);) {
    last.push_back(line);
    if (last.size() > lines) last.pop_front();
  }
  std::string words;
  for (const std::string& line : last) words += line + "\n";
  return words;
}

}  // namespace smsweb::bench
