// A unix datagram socket by which a running simulator is told more: each
// datagram is a script (script.h), most often one line, and is answered with
// "ok" or with what is wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/base/unique_fd.h"
#include "sim/script.h"

namespace smsweb::sim {

class Control {
 public:
  // A socket that is there is replaced; anything else is kConflict.
  static Result<Control> Open(const std::string& path);
  Control(Control&&) = default;
  Control& operator=(Control&&) = delete;
  ~Control();

  int fd() const { return fd_.get(); }

  // The next script that makes sense; nothing once all have been read.
  std::optional<Script> Take();

 private:
  Control(UniqueFd fd, std::string path)
      : fd_(std::move(fd)), path_(std::move(path)) {}

  UniqueFd fd_;
  std::string path_;
};

// The other end: kInvalid with what the simulator finds wrong, kUnavailable
// where there is none.
Result<void> Tell(const std::string& path, std::string_view script);

}  // namespace smsweb::sim
