// A server of a test: a process on a free port of 127.0.0.1, killed when the
// test ends.
#pragma once

#include <arpa/inet.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "catch.h"
#include "common/base/unique_fd.h"

namespace smsweb::bench {

// A T that test and server share. It begins as zeros.
template <typename T>
class Shared {
 public:
  Shared()
      : value_(
            static_cast<T*>(::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
  Shared(const Shared&) = delete;
  ~Shared() { ::munmap(value_, sizeof(T)); }
  T& operator*() { return *value_; }

 private:
  T* value_;
};

inline UniqueFd ListenOnLoopback() {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address),
                 sizeof address) == 0);
  REQUIRE(::listen(fd.get(), 512) == 0);
  return fd;
}

inline std::uint16_t PortOf(const UniqueFd& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

class LoopbackServer {
 public:
  // `serve` is called in the new process, which ends when it returns.
  explicit LoopbackServer(const std::function<void(int listener)>& serve) {
    const UniqueFd listener = ListenOnLoopback();
    port_ = PortOf(listener);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(listener.get());
    ::_exit(0);
  }
  LoopbackServer(const LoopbackServer&) = delete;
  ~LoopbackServer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::uint16_t port() const { return port_; }
  pid_t pid() const { return pid_; }

 private:
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

// A request up to its empty line; empty: the client has closed.
inline std::string ReadRequest(int fd) {
  std::string request;
  std::array<char, 4096> buffer{};
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size <= 0) return {};
    request.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return request;
}

inline void WriteAll(int fd, std::string_view bytes) {
  (void)!::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

// One connection after the other: its request, and what is answered, as it
// stands. Then it is closed.
inline std::function<void(int)> AnswerEach(
    const std::function<std::string(const std::string& request)>& answer) {
  return [answer](int listener) {
    while (true) {
      const UniqueFd connection(::accept(listener, nullptr, nullptr));
      const std::string request = ReadRequest(connection.get());
      if (!request.empty()) WriteAll(connection.get(), answer(request));
    }
  };
}

// Takes connections and says nothing.
inline void StaySilent(int listener) {
  while (::accept(listener, nullptr, nullptr) >= 0) {
  }
}

}  // namespace smsweb::bench
