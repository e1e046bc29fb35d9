// What both kinds of ports do with bytes (ports.h).
#pragma once

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>

namespace smsweb::sim {

inline constexpr std::size_t kMaxPending = 65536;

// Bytes on their way to a descriptor that may not take them yet.
class PortStream {
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

inline short Events(const PortStream& stream) {
  return static_cast<short>(stream.waits() ? POLLIN | POLLOUT : POLLIN);
}

}  // namespace smsweb::sim
