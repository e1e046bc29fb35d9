// Where the endpoint listens.
#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "cgi/fastcgi_server.h"
#include "common/base/network.h"

namespace smsweb {
namespace {

bool IsListening(int fd) {
  int listening = 0;
  socklen_t size = sizeof(listening);
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 &&
         listening != 0;
}

UniqueFd Prepared(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return UniqueFd(fd);
}

// Connecting to any other file is refused as well.
bool IsSocket(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
}

Result<UniqueFd> ListenUnix(const std::string& path, int backlog, int mode) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return FailErrno("socket", errno);
  if (::connect(fd.get(), generic, sizeof(address)) == 0) {
    return Fail(ErrorKind::kConflict,
                path + ": another program listens here already");
  }
  if (errno == ECONNREFUSED && IsSocket(path)) ::unlink(path.c_str());
  if (::bind(fd.get(), generic, sizeof(address)) != 0 ||
      ::chmod(path.c_str(), static_cast<mode_t>(mode)) != 0 ||
      ::listen(fd.get(), backlog) != 0) {
    return FailErrno("can't listen at unix:" + path, errno);
  }
  return fd;
}

Result<UniqueFd> ListenTcp(const ListenAddress& address, int backlog) {
  const std::string name = address.host + ":" + address.port;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int error =
      ::getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found);
  if (error != 0) {
    return Fail(ErrorKind::kInvalid, name + ": " + ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found,
                                                             ::freeaddrinfo);
  UniqueFd fd(::socket(found->ai_family,
                       SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (fd) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (!fd || ::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(fd.get(), backlog) != 0) {
    return FailErrno("can't listen at " + name, errno);
  }
  return fd;
}

}  // namespace

namespace {

constexpr int kFirstPassed = 3;

// sd_listen_fds(3), whose protocol is stable, without libsystemd: loading that
// and its seven libraries took a tenth of a plain CGI request.
int PassedBySystemd() {
  const auto number = [](const char* name) {
    const char* text = std::getenv(name);
    return text ? std::atoi(text) : 0;
  };
  return number("LISTEN_PID") == ::getpid() ? number("LISTEN_FDS") : 0;
}

}  // namespace

std::vector<UniqueFd> InheritedListeners() {
  std::vector<UniqueFd> listeners;
  if (IsListening(STDIN_FILENO)) {
    listeners.push_back(Prepared(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)));
  }
  const int end = kFirstPassed + PassedBySystemd();
  for (int fd = kFirstPassed; fd < end; ++fd) {
    if (IsListening(fd)) listeners.push_back(Prepared(fd));
  }
  return listeners;
}

Result<UniqueFd> Listen(const std::string& text, int backlog, int socket_mode) {
  const auto address = ParseListenAddress(text);
  if (!address) {
    return Fail(ErrorKind::kInvalid,
                text + ": listen at \"unix:/path\" or \"HOST:PORT\"");
  }
  if (!address->path.empty()) {
    return ListenUnix(address->path, backlog, socket_mode);
  }
  return ListenTcp(*address, backlog);
}

}  // namespace smsweb
