#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/base/unique_fd.h"
#include "sim/port_stream.h"
#include "sim/ports.h"

namespace smsweb::sim {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* found) const { ::freeaddrinfo(found); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> Resolve(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("{}:{}: {}", host, port, ::gai_strerror(error)));
  }
  return Addresses(found);
}

Result<UniqueFd> Listen(const addrinfo& address) {
  UniqueFd fd(::socket(address.ai_family,
                       SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return FailErrno("socket", errno);
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.get(), address.ai_addr, address.ai_addrlen) < 0) {
    return FailErrno("bind", errno);
  }
  if (::listen(fd.get(), 8) < 0) return FailErrno("listen", errno);
  return fd;
}

int BoundPort(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  if (::getsockname(fd, address, &size) < 0) return 0;
  return ntohs(storage.ss_family == AF_INET6
                   ? reinterpret_cast<sockaddr_in6&>(storage).sin6_port
                   : reinterpret_cast<sockaddr_in&>(storage).sin_port);
}

class TcpPort final : public Port {
 public:
  TcpPort(std::string host, std::string port)
      : address_(std::move(host)), port_(std::move(port)) {}

  Result<void> Open() {
    const auto addresses = Resolve(address_, port_);
    if (!addresses) return std::unexpected(addresses.error());
    auto listener = Listen(**addresses);
    if (!listener) return std::unexpected(listener.error());
    listener_ = std::move(*listener);
    port_ = std::to_string(BoundPort(listener_.get()));
    const bool brackets = address_.find(':') != std::string::npos;
    place_ = fmt::format("tcp:{}:{}",
                         brackets ? "[" + address_ + "]" : address_, port_);
    return {};
  }

  const std::string& place() const override { return place_; }
  pollfd poll_entry() const override {
    if (!host_) return {listener_.get(), POLLIN, 0};
    return {host_.get(), Events(stream_), 0};
  }

  std::string_view OnReady(short events) override {
    if (!host_) {
      Accept();
      return {};
    }
    if (events & POLLOUT) stream_.Flush(host_.get());
    if (!(events & (POLLIN | POLLHUP | POLLERR))) return {};
    bool closed = false;
    const auto bytes = stream_.Read(host_.get(), closed);
    if (closed) Close();
    return bytes;
  }

  bool TakeOpened() override { return std::exchange(opened_, false); }

  // What is said to nobody is lost.
  void Write(std::string_view bytes) override {
    if (host_) stream_.Write(host_.get(), bytes);
  }

  // The listener first: whoever sees the line end finds nothing any more.
  void HangUp() override {
    listener_.Reset();
    Close();
  }

  // `place` is another port, with or without a host in front of it.
  Result<void> Return(const std::string& place) override {
    const auto colon = place.rfind(':');
    if (!place.empty()) {
      port_ = place.substr(colon == std::string::npos ? 0 : colon + 1);
    }
    return Open();
  }

 private:
  void Accept() {
    host_.Reset(::accept4(listener_.get(), nullptr, nullptr,
                          SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!host_) return;
    opened_ = true;
    const int on = 1;
    ::setsockopt(host_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  void Close() {
    host_.Reset();
    stream_.Clear();
  }

  std::string address_;
  std::string port_;
  std::string place_;
  UniqueFd listener_;
  UniqueFd host_;
  bool opened_ = false;
  PortStream stream_;
};

}  // namespace

Result<std::unique_ptr<Port>> ListenTcp(const std::string& host,
                                        const std::string& port) {
  auto opened = std::make_unique<TcpPort>(host, port);
  if (auto done = opened->Open(); !done) {
    return std::unexpected(done.error());
  }
  return opened;
}

}  // namespace smsweb::sim
