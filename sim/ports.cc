#include "sim/ports.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "common/base/unique_fd.h"

namespace smsweb::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxPending = 65536;

// Bytes on their way to a descriptor that may not take them yet.
class Stream {
 public:
  void Write(int fd, std::string_view bytes) {
    if (pending_.empty()) bytes.remove_prefix(WriteNow(fd, bytes));
    const std::size_t room = kMaxPending - pending_.size();
    pending_ += bytes.substr(0, room);
  }
  void Flush(int fd) { pending_.erase(0, WriteNow(fd, pending_)); }
  void Clear() { pending_.clear(); }
  bool waits() const { return !pending_.empty(); }

  // Empty where nothing is there, or nobody any more.
  std::string_view Read(int fd, bool& closed) {
    const ssize_t size = ::read(fd, buffer_.data(), buffer_.size());
    const bool later = size < 0 && (errno == EAGAIN || errno == EINTR);
    closed = size <= 0 && !later;
    return {buffer_.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }

 private:
  static std::size_t WriteNow(int fd, std::string_view bytes) {
    if (bytes.empty()) return 0;
    const ssize_t size = ::write(fd, bytes.data(), bytes.size());
    return size > 0 ? static_cast<std::size_t>(size) : 0;
  }

  std::string pending_;
  std::array<char, 4096> buffer_{};
};

short Events(const Stream& stream) {
  return static_cast<short>(stream.waits() ? POLLIN | POLLOUT : POLLIN);
}

// ---- pseudo-terminals ----

// The slave stays open here too: the master then never sees a hang-up, and a
// host that closes and opens again finds the line as raw as it was.
class PtyPort final : public Port {
 public:
  PtyPort(UniqueFd master, UniqueFd slave, std::string slave_path,
          std::string link)
      : master_(std::move(master)),
        slave_(std::move(slave)),
        slave_path_(std::move(slave_path)),
        link_(std::move(link)),
        place_(link_.empty() ? slave_path_
                             : fmt::format("{} ({})", link_, slave_path_)) {}
  PtyPort(const PtyPort&) = delete;
  PtyPort& operator=(const PtyPort&) = delete;

  ~PtyPort() override {
    std::error_code gone;
    if (!link_.empty() && fs::read_symlink(link_, gone) == slave_path_) {
      fs::remove(link_, gone);
    }
  }

  const std::string& place() const override { return place_; }
  pollfd poll_entry() const override {
    return {master_.get(), Events(stream_), 0};
  }

  std::string_view OnReady(short events) override {
    if (events & POLLOUT) stream_.Flush(master_.get());
    if (!(events & POLLIN)) return {};
    bool closed = false;
    return stream_.Read(master_.get(), closed);
  }

  void Write(std::string_view bytes) override {
    stream_.Write(master_.get(), bytes);
  }

 private:
  UniqueFd master_;
  UniqueFd slave_;
  std::string slave_path_;
  std::string link_;
  std::string place_;
  Stream stream_;
};

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

// ---- TCP ----

class TcpPort final : public Port {
 public:
  TcpPort(UniqueFd listener, std::string place)
      : listener_(std::move(listener)), place_(std::move(place)) {}

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

  // What is said to nobody is lost.
  void Write(std::string_view bytes) override {
    if (host_) stream_.Write(host_.get(), bytes);
  }

 private:
  void Accept() {
    host_.Reset(::accept4(listener_.get(), nullptr, nullptr,
                          SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!host_) return;
    const int on = 1;
    ::setsockopt(host_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  void Close() {
    host_.Reset();
    stream_.Clear();
  }

  UniqueFd listener_;
  UniqueFd host_;
  std::string place_;
  Stream stream_;
};

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

}  // namespace

Result<std::unique_ptr<Port>> OpenPty(const std::string& link) {
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
  if (!link.empty()) {
    auto made = MakeLink(path, link);
    if (!made) return std::unexpected(made.error());
  }
  return std::make_unique<PtyPort>(std::move(master), std::move(slave), path,
                                   link);
}

Result<std::unique_ptr<Port>> ListenTcp(const std::string& host,
                                        const std::string& port) {
  const auto addresses = Resolve(host, port);
  if (!addresses) return std::unexpected(addresses.error());
  auto listener = Listen(**addresses);
  if (!listener) return std::unexpected(listener.error());
  const bool brackets = host.find(':') != std::string::npos;
  const std::string shown = brackets ? "[" + host + "]" : host;
  auto place = fmt::format("tcp:{}:{}", shown, BoundPort(listener->get()));
  return std::make_unique<TcpPort>(std::move(*listener), std::move(place));
}

}  // namespace smsweb::sim
