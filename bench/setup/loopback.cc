#include "bench/setup/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include "common/base/unique_fd.h"

namespace smsweb::bench {
namespace {

constexpr int kLowestPort = 10'000;
constexpr int kUsualFirstOfClients = 32'768;
constexpr timeval kPatience = {.tv_sec = 5, .tv_usec = 0};

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

template <typename Address>
const sockaddr* Generic(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// The first port that the kernel gives to clients.
int FirstOfClients() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  int first = 0;
  return file >> first ? first : kUsualFirstOfClients;
}

bool IsFree(int port) {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const sockaddr_in address = Loopback(port);
  return fd && ::bind(fd.get(), Generic(address), sizeof(address)) == 0 &&
         ::listen(fd.get(), 1) == 0;
}

UniqueFd Connected(std::uint16_t port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return {};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience,
               sizeof(kPatience));
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience,
               sizeof(kPatience));
  const sockaddr_in address = Loopback(port);
  if (::connect(fd.get(), Generic(address), sizeof(address)) != 0) return {};
  return fd;
}

// "HTTP/1.1 200 OK" -> 200
int StatusOf(std::string_view answer) {
  int status = 0;
  const auto space = answer.find(' ');
  if (!answer.starts_with("HTTP/") || space == answer.npos) return 0;
  answer.remove_prefix(space + 1);
  std::from_chars(answer.data(), answer.data() + answer.size(), status);
  return status;
}

}  // namespace

Result<std::uint16_t> FreePort() {
  const int end = std::max(FirstOfClients(), kLowestPort + 1);
  const int count = end - kLowestPort;
  // Others who look for one at the same time begin elsewhere.
  const int start = ::getpid() % count;
  for (int i = 0; i < count; ++i) {
    const int port = kLowestPort + (start + i) % count;
    if (IsFree(port)) return static_cast<std::uint16_t>(port);
  }
  return Fail(ErrorKind::kUnavailable, "no port of 127.0.0.1 is free from " +
                                           std::to_string(kLowestPort) +
                                           " to " + std::to_string(end - 1));
}

bool ListensAt(const std::filesystem::path& socket) {
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket.c_str(), sizeof(address.sun_path) - 1);
  return ::connect(fd.get(), Generic(address), sizeof(address)) == 0;
}

int HttpStatus(std::uint16_t port, const std::string& path) {
  const UniqueFd fd = Connected(port);
  if (!fd) return 0;
  const std::string request =
      "GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n";
  ::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL);
  std::string answer;
  char buffer[4096];
  for (;;) {
    const auto got = ::recv(fd.get(), buffer, sizeof(buffer), 0);
    if (got <= 0) return StatusOf(answer);
    answer.append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace smsweb::bench
