#include "common/bell/bell.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace smsweb {
namespace {

sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  return address;
}

// A path that was mistyped must not cost anybody a file.
bool IsSocket(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
}

UniqueFd DatagramSocket() {
  return UniqueFd(
      ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

}  // namespace

Result<Bell> Bell::Open(const std::string& path) {
  UniqueFd fd = DatagramSocket();
  if (!fd) return FailErrno("socket", errno);
  if (IsSocket(path)) ::unlink(path.c_str());
  const sockaddr_un address = AddressOf(path);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address),
             sizeof(address)) != 0) {
    return FailErrno("spooler.bell: can't bind " + path, errno);
  }
  // Whoever reaches it may ring: all that a ring does is to have the spooler
  // look at its queue.
  ::chmod(path.c_str(), 0666);
  return Bell(std::move(fd), path);
}

void Bell::Drain() {
  char byte[16];
  while (::recv(fd_.get(), byte, sizeof(byte), MSG_DONTWAIT) >= 0) {
  }
}

void Bell::Close() {
  if (!fd_ || path_.empty()) return;
  ::unlink(path_.c_str());
  fd_.Reset();
}

Ringer::Ringer(std::string bell_path)
    : path_(std::move(bell_path)), socket_(DatagramSocket()) {}

bool Ringer::Ring() {
  const sockaddr_un address = AddressOf(path_);
  const auto sent =
      ::sendto(socket_.get(), "!", 1, MSG_DONTWAIT | MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  // EAGAIN: rings are waiting that the spooler has not heard yet.
  return sent >= 0 || errno == EAGAIN || errno == ENOBUFS;
}

}  // namespace smsweb
