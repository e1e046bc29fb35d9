#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "common/base/network.h"
#include "common/base/unique_fd.h"
#include "common/line/line_kinds.h"
#include "common/line/resolve.h"

namespace smsweb {
namespace {

void SetOption(int fd, int level, int option, int value) {
  ::setsockopt(fd, level, option, &value, sizeof(value));
}

// AT commands are small and each waits for its answer; a dead peer is noticed
// within about a minute.
void Tune(int fd) {
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  SetOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

bool TryLater(int error_number) {
  return error_number == EAGAIN || error_number == EWOULDBLOCK ||
         error_number == EINTR;
}

class TcpLine final : public Line {
 public:
  explicit TcpLine(std::string device) : device_(std::move(device)) {}

  // One of the two comes first.
  Result<void> Connect(Addresses addresses);
  void Resolve(Resolution resolution);

  int fd() const override { return fd_.get(); }
  bool Connecting() const override { return connecting_; }
  Result<std::size_t> Read(std::span<char> buffer) override;
  Result<std::size_t> Write(std::string_view bytes) override;

 private:
  Result<void> FinishResolving();
  // Starts a connection to the next address that can be tried.
  Result<void> ConnectToNext(int last_error);
  Result<void> FinishConnecting();
  void Adopt(UniqueFd fd);

  std::string device_;
  std::optional<Resolution> resolution_;  // until the name is looked up
  Addresses addresses_;
  const addrinfo* next_ = nullptr;
  UniqueFd fd_;
  bool connecting_ = true;
};

Result<void> TcpLine::Connect(Addresses addresses) {
  addresses_ = std::move(addresses);
  next_ = addresses_.get();
  return ConnectToNext(0);
}

void TcpLine::Resolve(Resolution resolution) {
  resolution_ = std::move(resolution);
  Adopt(resolution_->TakeFd());
}

Result<void> TcpLine::FinishResolving() {
  auto answer = resolution_->Take();
  if (!answer) return {};
  resolution_.reset();
  if (!*answer) {
    return Fail(ErrorKind::kUnavailable,
                fmt::format("{}: {}", device_, answer->error().message));
  }
  return Connect(std::move(**answer));
}

Result<void> TcpLine::ConnectToNext(int last_error) {
  while (next_ != nullptr) {
    const addrinfo& address = *std::exchange(next_, next_->ai_next);
    UniqueFd fd(::socket(address.ai_family,
                         SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) {
      last_error = errno;
      continue;
    }
    Tune(fd.get());
    const int failed = ::connect(fd.get(), address.ai_addr, address.ai_addrlen);
    last_error = failed == 0 ? 0 : errno;
    if (last_error != 0 && last_error != EINPROGRESS) continue;
    connecting_ = last_error == EINPROGRESS;
    Adopt(std::move(fd));
    return {};
  }
  return FailErrno(device_, last_error);
}

// The number of the descriptor stays the same: a poll loop knows it already.
void TcpLine::Adopt(UniqueFd fd) {
  if (!fd_) {
    fd_ = std::move(fd);
  } else {
    ::dup3(fd.get(), fd_.get(), O_CLOEXEC);
  }
}

Result<void> TcpLine::FinishConnecting() {
  if (resolution_) return FinishResolving();
  pollfd poll_fd{.fd = fd_.get(), .events = POLLOUT, .revents = 0};
  if (::poll(&poll_fd, 1, 0) <= 0) return {};
  int error_number = 0;
  socklen_t size = sizeof(error_number);
  ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error_number, &size);
  if (error_number != 0) return ConnectToNext(error_number);
  connecting_ = false;
  return {};
}

Result<std::size_t> TcpLine::Read(std::span<char> buffer) {
  if (connecting_) return std::size_t{0};
  const ssize_t count = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
  if (count > 0) return static_cast<std::size_t>(count);
  if (count < 0 && TryLater(errno)) return std::size_t{0};
  return LineGone(device_);
}

Result<std::size_t> TcpLine::Write(std::string_view bytes) {
  if (connecting_) {
    if (auto done = FinishConnecting(); !done) {
      return std::unexpected(done.error());
    }
    if (connecting_) return std::size_t{0};
  }
  if (bytes.empty()) return std::size_t{0};
  const ssize_t count =
      ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (TryLater(errno)) return std::size_t{0};
  return LineGone(device_);
}

}  // namespace

Result<std::unique_ptr<Line>> OpenTcpLine(const std::string& device,
                                          const std::string& host_and_port) {
  const std::size_t colon = host_and_port.rfind(':');
  if (colon == std::string::npos || colon == 0 ||
      colon + 1 == host_and_port.size()) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("{}: write it as tcp:HOST:PORT", device));
  }
  if (!ParseListenAddress(host_and_port)) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("{}: a port is a number, 1 to 65535", device));
  }
  std::string host = host_and_port.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') {  // an IPv6 address
    host = host.substr(1, host.size() - 2);
  }
  const std::string port = host_and_port.substr(colon + 1);
  auto line = std::make_unique<TcpLine>(device);
  if (auto addresses = ParseAddress(host, port)) {
    if (auto done = line->Connect(std::move(addresses)); !done) {
      return std::unexpected(done.error());
    }
    return line;
  }
  auto resolution = Resolution::Start(host, port);
  if (!resolution) return std::unexpected(resolution.error());
  line->Resolve(std::move(*resolution));
  return line;
}

}  // namespace smsweb
