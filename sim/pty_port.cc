#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "common/base/unique_fd.h"
#include "sim/port_stream.h"
#include "sim/ports.h"

namespace smsweb::sim {
namespace {

namespace fs = std::filesystem;

Result<void> MakeRaw(int fd) {
  termios settings{};
  if (::tcgetattr(fd, &settings) < 0) return FailErrno("tcgetattr", errno);
  ::cfmakeraw(&settings);
  ::cfsetspeed(&settings, B115200);
  if (::tcsetattr(fd, TCSANOW, &settings) < 0) {
    return FailErrno("tcsetattr", errno);
  }
  return {};
}

Result<void> MakeLink(const std::string& target, const std::string& link) {
  std::error_code error;
  const auto status = fs::symlink_status(link, error);
  if (fs::exists(status) && !fs::is_symlink(status)) {
    return Fail(ErrorKind::kConflict, link + " is there and is no link");
  }
  fs::remove(link, error);
  fs::create_symlink(target, link, error);
  if (error) return FailErrno(link, error.value());
  return {};
}

struct Pty {
  UniqueFd master;
  UniqueFd slave;
  std::string path;  // of the slave
};

Result<Pty> MakePty() {
  UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!master) return FailErrno("posix_openpt", errno);
  std::array<char, 128> name{};
  if (::grantpt(master.get()) < 0 || ::unlockpt(master.get()) < 0 ||
      ::ptsname_r(master.get(), name.data(), name.size()) != 0) {
    return FailErrno("pseudo-terminal", errno);
  }
  const std::string path = name.data();
  UniqueFd slave(::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave) return FailErrno(path, errno);
  if (auto raw = MakeRaw(slave.get()); !raw) {
    return std::unexpected(raw.error());
  }
  return Pty{std::move(master), std::move(slave), path};
}

// Readable whenever somebody opens `path`.
UniqueFd WatchOpens(const std::string& path) {
  UniqueFd watch(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (watch) ::inotify_add_watch(watch.get(), path.c_str(), IN_OPEN);
  return watch;
}

// The slave stays open here too: the master then never sees a hang-up, and a
// host that closes and opens again finds the line as raw as it was.
class PtyPort final : public Port {
 public:
  explicit PtyPort(std::string link) : link_(std::move(link)) {}
  PtyPort(const PtyPort&) = delete;
  PtyPort& operator=(const PtyPort&) = delete;
  ~PtyPort() override { HangUp(); }

  Result<void> Open() {
    auto pty = MakePty();
    if (!pty) return std::unexpected(pty.error());
    if (!link_.empty()) {
      auto made = MakeLink(pty->path, link_);
      if (!made) return made;
    }
    pty_ = std::move(*pty);
    watch_ = WatchOpens(pty_.path);
    place_ =
        link_.empty() ? pty_.path : fmt::format("{} ({})", link_, pty_.path);
    return {};
  }

  const std::string& place() const override { return place_; }
  pollfd poll_entry() const override {
    return {pty_.master.get(), Events(stream_), 0};
  }
  int opens_fd() const override { return watch_.get(); }

  std::string_view OnReady(short events) override {
    if (events & POLLOUT) stream_.Flush(pty_.master.get());
    if (!(events & POLLIN)) return {};
    bool closed = false;
    return stream_.Read(pty_.master.get(), closed);
  }

  void OnOpens() override {
    std::array<char, 4096> events{};
    opened_ = ::read(watch_.get(), events.data(), events.size()) > 0;
  }

  bool TakeOpened() override { return std::exchange(opened_, false); }

  void Write(std::string_view bytes) override {
    if (pty_.master) stream_.Write(pty_.master.get(), bytes);
  }

  void HangUp() override {
    std::error_code gone;
    if (pty_.master && fs::read_symlink(link_, gone) == pty_.path) {
      fs::remove(link_, gone);
    }
    pty_ = {};
    watch_.Reset();
    stream_.Clear();
  }

  Result<void> Return(const std::string& place) override {
    if (!place.empty()) link_ = place;
    return Open();
  }

 private:
  std::string link_;
  std::string place_;
  Pty pty_;
  UniqueFd watch_;
  bool opened_ = false;
  PortStream stream_;
};

}  // namespace

Result<std::unique_ptr<Port>> OpenPty(const std::string& link) {
  auto port = std::make_unique<PtyPort>(link);
  if (auto opened = port->Open(); !opened) {
    return std::unexpected(opened.error());
  }
  return port;
}

}  // namespace smsweb::sim
