// The folder in which one smsweb-bench makes the private folders of its
// set-ups; and what becomes of it where nobody was left to remove it.
#pragma once

#include <filesystem>

#include "bench/setup/board.h"
#include "common/base/error.h"
#include "common/base/unique_fd.h"

namespace smsweb::bench {

class Scratch {
 public:
  // A new folder in `parent`. It is ours for as long as this, or a process that
  // was forked from ours, lives: by flock(2) of a file in it, which holds
  // between containers, too. First, what is nobody's any more is removed from
  // `parent`: folders of this user with such a file, and nothing else.
  // kUnavailable: it can't be made.
  static Result<Scratch> Make(const std::filesystem::path& parent,
                              const SlowBoard::Places& places = {});

  const std::filesystem::path& folder() const { return folder_; }
  // Removes it, with what set-ups left in it, and their control groups with
  // what runs in them.
  void Remove() const;

 private:
  Scratch(std::filesystem::path folder, UniqueFd lock, SlowBoard::Places places)
      : folder_(std::move(folder)),
        lock_(std::move(lock)),
        places_(std::move(places)) {}

  std::filesystem::path folder_;
  UniqueFd lock_;
  SlowBoard::Places places_;
};

}  // namespace smsweb::bench
