#include "common/line/resolve.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace smsweb {
namespace {

int LookUp(const std::string& host, const std::string& port, int flags,
           Addresses* addresses) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (failure == 0) addresses->reset(found);
  return failure;
}

// Until poll() says that it can't be written to.
void Fill(int fd) {
  constexpr std::array<char, 4096> kBytes{};
  while (::write(fd, kBytes.data(), kBytes.size()) > 0) {
  }
}

}  // namespace

struct Resolution::Shared {
  UniqueFd read_end;  // of the pipe that is full until the answer is there
  std::mutex mutex;
  std::optional<Result<Addresses>> answer;

  void Answer(Result<Addresses> found) {
    {
      const std::lock_guard lock(mutex);
      answer = std::move(found);
    }
    std::array<char, 4096> bytes;
    while (::read(read_end.get(), bytes.data(), bytes.size()) > 0) {
    }
  }
};

Addresses ParseAddress(const std::string& host, const std::string& port) {
  Addresses addresses;
  LookUp(host, port, AI_NUMERICHOST, &addresses);
  return addresses;
}

Result<Resolution> Resolution::Start(const std::string& host,
                                     const std::string& port) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    return FailErrno("pipe", errno);
  }
  Resolution resolution;
  resolution.shared_ = std::make_shared<Shared>();
  resolution.shared_->read_end = UniqueFd(ends[0]);
  resolution.fd_ = UniqueFd(ends[1]);
  Fill(ends[1]);
  try {
    std::thread([shared = resolution.shared_, host, port] {
      Addresses addresses;
      const int failure = LookUp(host, port, 0, &addresses);
      if (failure != 0) {
        shared->Answer(Fail(ErrorKind::kUnavailable, ::gai_strerror(failure)));
      } else {
        shared->Answer(std::move(addresses));
      }
    }).detach();
  } catch (const std::system_error& error) {
    return Fail(ErrorKind::kUnavailable, error.what());
  }
  return resolution;
}

std::optional<Result<Addresses>> Resolution::Take() {
  const std::lock_guard lock(shared_->mutex);
  return std::exchange(shared_->answer, std::nullopt);
}

}  // namespace smsweb
