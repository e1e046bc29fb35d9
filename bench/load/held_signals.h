// SIGINT and SIGTERM, held back from the program for a while, and read as they
// come.
#pragma once

#include <csignal>

#include "common/base/error.h"
#include "common/base/unique_fd.h"

namespace smsweb::bench {

class HeldSignals {
 public:
  static Result<HeldSignals> Hold();
  HeldSignals(HeldSignals&& other) noexcept;
  HeldSignals& operator=(HeldSignals&& other) = delete;
  ~HeldSignals();  // the program gets them again

  // Readable when one came.
  int fd() const { return fd_.get(); }
  // False: none came.
  bool Take();

 private:
  HeldSignals(UniqueFd fd, const sigset_t& before)
      : fd_(std::move(fd)), before_(before) {}

  UniqueFd fd_;
  sigset_t before_;
};

}  // namespace smsweb::bench
