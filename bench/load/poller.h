// epoll(7), with tags for descriptors and a wait that is precise to the
// microsecond.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

#include "bench/load/micros.h"
#include "common/base/error.h"
#include "common/base/unique_fd.h"

namespace smsweb::bench {

class Poller {
 public:
  static Result<Poller> Make();

  // False: the system has no room for another one.
  bool Add(int fd, std::uint64_t tag, std::uint32_t events);
  void Change(int fd, std::uint64_t tag, std::uint32_t events);
  void Remove(int fd);

  // What is ready, at the latest at `until`; the tags are in data.u64. It is
  // there until the next call.
  std::span<const epoll_event> Wait(Micros until);

 private:
  explicit Poller(UniqueFd fd) : fd_(std::move(fd)) {}
  int WaitFor(Micros patience);

  UniqueFd fd_;
  std::array<epoll_event, 256> events_{};
  bool is_precise_ = true;
};

}  // namespace smsweb::bench
