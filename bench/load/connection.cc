#include "bench/load/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "bench/load/request_fault.h"

namespace smsweb::bench {
namespace {

bool IsNotYet(int error_number) {
  return error_number == EAGAIN || error_number == EINPROGRESS ||
         error_number == EINTR;
}

sockaddr_in AddressOf(in_addr_t address, in_port_t port) {
  sockaddr_in full{};
  full.sin_family = AF_INET;
  full.sin_addr.s_addr = address;
  full.sin_port = port;
  return full;
}

// Only the address: the port is chosen by connect(), which may give the same
// one to connections that differ otherwise.
int BindTo(int fd, in_addr_t source) {
  if (source == INADDR_ANY) return 0;
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const sockaddr_in from = AddressOf(source, 0);
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from);
}

int ConnectTo(int fd, const Route& route) {
  const sockaddr_in to = AddressOf(route.address, route.port);
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

}  // namespace

std::uint32_t Connection::wanted() const {
  switch (state_) {
    case State::kClosed:
      return 0;
    case State::kConnecting:
      return EPOLLOUT;
    case State::kSending:
      return EPOLLIN | EPOLLOUT;
    case State::kOpen:
    case State::kReceiving:
      return EPOLLIN;
  }
  return 0;
}

Connection::Step Connection::Connect(const Route& route) {
  fd_.Reset(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd_) return Fail(FaultOf(errno, false));
  state_ = State::kConnecting;
  was_reset_ = false;
  const bool begins = BindTo(fd_.get(), route.source) == 0 &&
                      (ConnectTo(fd_.get(), route) == 0 || IsNotYet(errno));
  return begins ? Step::kWaits : Fail(FaultOf(errno, false));
}

Connection::Step Connection::FinishConnecting() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return Fail(FaultOf(error, false));
  state_ = State::kOpen;
  return Step::kWaits;
}

Connection::Step Connection::Send(std::string_view request, bool to_head,
                                  Traffic& traffic) {
  if (state_ != State::kSending) {
    sent_ = 0;
    answer_.Expect(to_head);
  }
  const auto rest = request.substr(sent_);
  const ssize_t size =
      ::send(fd_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
  if (size < 0) return OnSendError(errno);
  traffic.sent += static_cast<std::uint64_t>(size);
  sent_ += static_cast<std::uint32_t>(size);
  state_ = sent_ < request.size() ? State::kSending : State::kReceiving;
  return Step::kWaits;
}

// A server that has closed may have said why before: that is still to be read.
Connection::Step Connection::OnSendError(int error_number) {
  if (IsNotYet(error_number)) {
    if (state_ == State::kOpen) state_ = State::kSending;
    return Step::kWaits;
  }
  const bool has_closed = error_number == EPIPE || error_number == ECONNRESET;
  if (!has_closed || !established()) return Fail(FaultOf(error_number, false));
  was_reset_ = true;
  state_ = State::kReceiving;
  return Step::kWaits;
}

Connection::Step Connection::Receive(std::span<char> buffer, Traffic& traffic) {
  const ssize_t size = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
  if (size < 0 && IsNotYet(errno)) return Step::kWaits;
  if (size < 0) return Fail(FaultOf(errno, answer_.started()));
  traffic.received += static_cast<std::uint64_t>(size);
  const auto progress =
      size == 0 ? answer_.Close()
                : answer_.Feed({buffer.data(), static_cast<std::size_t>(size)});
  if (progress == HttpAnswer::Progress::kWhole) return Step::kAnswered;
  if (progress == HttpAnswer::Progress::kBroken) {
    return Fail(RequestFault::kNotHttp);
  }
  if (size > 0) return Step::kWaits;
  return Fail(was_reset_ ? FaultOf(ECONNRESET, answer_.started())
                         : RequestFault::kClosedEarly);
}

bool Connection::Keep() {
  if (state_ != State::kReceiving || !answer_.keeps()) return false;
  state_ = State::kOpen;
  return true;
}

void Connection::Close() {
  fd_.Reset();
  state_ = State::kClosed;
}

Connection::Step Connection::Fail(RequestFault fault) {
  fault_ = fault;
  return Step::kFailed;
}

}  // namespace smsweb::bench
