#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/base/unique_fd.h"
#include "common/line/line_kinds.h"

namespace smsweb {
namespace {

class PtyLine final : public Line {
 public:
  PtyLine(std::string device, UniqueFd fd)
      : device_(std::move(device)), fd_(std::move(fd)) {}

  int fd() const override { return fd_.get(); }

  Result<std::size_t> Read(std::span<char> buffer) override {
    const ssize_t count = ::read(fd_.get(), buffer.data(), buffer.size());
    if (count > 0) return static_cast<std::size_t>(count);
    if (count < 0 && !TryLater(errno)) return LineGone(device_);
    if (HungUp(fd_.get())) return LineGone(device_);
    return std::size_t{0};
  }

  Result<std::size_t> Write(std::string_view bytes) override {
    const ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (TryLater(errno)) return std::size_t{0};
    return LineGone(device_);
  }

 private:
  static bool TryLater(int error_number) {
    return error_number == EAGAIN || error_number == EINTR;
  }

  std::string device_;
  UniqueFd fd_;
};

// No echo, no lines, no translation: bytes as they are.
bool MakeRaw(int fd) {
  termios settings{};
  if (::tcgetattr(fd, &settings) != 0) return false;
  ::cfmakeraw(&settings);
  return ::tcsetattr(fd, TCSANOW, &settings) == 0;
}

}  // namespace

Result<std::unique_ptr<Line>> OpenPtyLine(const std::string& device,
                                          const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return DeviceError(device, errno);
  // No TIOCEXCL: on a pty it would outlive this process, for as long as the
  // other end is open.
  if (const int busy = LockTerminal(fd.get())) {
    return DeviceError(device, busy);
  }
  if (!MakeRaw(fd.get())) return DeviceError(device, errno);
  return std::make_unique<PtyLine>(device, std::move(fd));
}

}  // namespace smsweb
