// When the queue is tidied: deletes what has had its time, a small step now and
// then, so that sending never waits for it. What is due is the store's
// knowledge (common/store/sqlite_upkeep.h); this says when it is asked.
//
// A pass looks through all of it once an hour. Its steps are as large as takes
// a few milliseconds, and take a small share of the time together. Beside that,
// the log is emptied each minute: so long may a text be in it that was erased.
#pragma once

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/config/config.h"
#include "common/store/store.h"

namespace smsweb {

class Upkeep {
 public:
  // `store`, `clock` and `log` are kept by reference.
  Upkeep(const RetentionConfig& config, Store& store, const Clock& clock,
         const Logger& log);

  // Does a step if it is time. `busy`: messages are under way.
  void Turn(bool busy);
  MonoTime Deadline(bool busy) const;

  // Before a spooler ends for want of work: as much as is done in a moment.
  void Finish();

 private:
  bool Step(bool busy);  // whether the pass goes on
  void GiveBackSpace();
  void PassEnded();
  void Failed(const Error& error);

  const Retention retention_;
  Store& store_;
  const Clock& clock_;
  const Logger& log_;

  UpkeepPlace place_;
  UpkeepOutcome so_far_;  // of this pass
  int most_;
  MonoTime step_at_;
  MonoTime space_at_;       // at the next turn behind it
  MonoTime space_must_at_;  // a turn is asked for
  MonoTime empty_log_at_;
  bool failing_ = false;
};

}  // namespace smsweb
