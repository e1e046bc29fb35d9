#include "sim/control.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace smsweb::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxScript = 65536;
constexpr int kPatience = 10;  // seconds, for an answer
constexpr std::string_view kGood = "ok";

Result<sockaddr_un> Address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return Fail(ErrorKind::kInvalid, path + ": too long for a socket");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Result<UniqueFd> Datagrams() {
  UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) return FailErrno("socket", errno);
  return fd;
}

const sockaddr* Generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

Result<Control> Control::Open(const std::string& path) {
  const auto address = Address(path);
  if (!address) return std::unexpected(address.error());
  std::error_code error;
  if (fs::exists(fs::symlink_status(path, error))) {
    if (!fs::is_socket(path, error)) {
      return Fail(ErrorKind::kConflict, path + " is there and is no socket");
    }
    fs::remove(path, error);
  }
  auto fd = Datagrams();
  if (!fd) return std::unexpected(fd.error());
  if (::bind(fd->get(), Generic(*address), sizeof *address) < 0) {
    return FailErrno(path, errno);
  }
  return Control(std::move(*fd), path);
}

Control::~Control() {
  std::error_code gone;
  if (fd_) fs::remove(path_, gone);
}

std::optional<Script> Control::Take() {
  std::string text(kMaxScript, '\0');
  while (true) {
    sockaddr_un from{};
    socklen_t size = sizeof from;
    const ssize_t length =
        ::recvfrom(fd_.get(), text.data(), text.size(), MSG_DONTWAIT,
                   reinterpret_cast<sockaddr*>(&from), &size);
    if (length < 0) return std::nullopt;
    auto script = ParseScript(
        std::string_view(text).substr(0, static_cast<std::size_t>(length)),
        "control");
    const std::string_view answer = script ? kGood : script.error().message;
    if (size > sizeof(sa_family_t)) {
      ::sendto(fd_.get(), answer.data(), answer.size(), MSG_DONTWAIT,
               Generic(from), size);
    }
    if (script) return std::move(*script);
  }
}

Result<void> Tell(const std::string& path, std::string_view script) {
  const auto address = Address(path);
  if (!address) return std::unexpected(address.error());
  auto fd = Datagrams();
  if (!fd) return std::unexpected(fd.error());
  // A name of its own, so that it can be answered (unix(7), autobind).
  const sockaddr_un own{AF_UNIX, {}};
  const timeval patience{kPatience, 0};
  ::setsockopt(fd->get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::bind(fd->get(), Generic(own), sizeof(sa_family_t)) < 0 ||
      ::connect(fd->get(), Generic(*address), sizeof *address) < 0 ||
      ::send(fd->get(), script.data(), script.size(), 0) < 0) {
    return FailErrno(path, errno);
  }
  std::array<char, 4096> answer{};
  const ssize_t length = ::recv(fd->get(), answer.data(), answer.size(), 0);
  if (length < 0) return FailErrno(path, errno);
  const std::string_view said(answer.data(), static_cast<std::size_t>(length));
  if (said == kGood) return {};
  return Fail(ErrorKind::kInvalid, std::string(said));
}

}  // namespace smsweb::sim
