// What the script makes of one answer (script.h): whether the command is obeyed
// at all, and how the bytes of its answer go out. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "sim/at_result.h"
#include "sim/script.h"

namespace smsweb::sim {

// Bytes, and how long after the answer is due they go out.
struct TimedBytes {
  Millis after{0};
  std::string bytes;
};

class AnswerPlan {
 public:
  enum class How : std::uint8_t {
    kObey,
    kSilence,  // nothing is done or said
    kLose,     // done, but not said
    kRefuse,   // with refusal()
    kBytes,    // with bytes()
  };

  void Add(const Action& action);  // one that shapes the answer, or a report

  How how() const { return how_; }
  bool obeys() const { return how_ == How::kObey || how_ == How::kLose; }
  const Final& refusal() const { return refusal_; }
  const std::string& bytes() const { return bytes_; }
  Millis delay() const { return delay_; }
  bool holds_up() const { return !late_ && delay_.count() > 0; }

  // Reports for the message, instead of the usual one.
  const std::optional<std::vector<ReportPlan>>& reports() const {
    return reports_;
  }

  // What goes out instead of `answer`, in order.
  std::vector<TimedBytes> Shape(std::string answer) const;

 private:
  void Refuse(Final final);

  How how_ = How::kObey;
  Final refusal_ = kError;
  std::string bytes_;
  Millis delay_{0};
  bool late_ = false;
  std::string before_;
  std::string behind_;
  std::vector<std::pair<std::size_t, std::string>> inserted_;
  std::optional<std::size_t> cut_;
  std::optional<Millis> cut_for_;
  Millis dribble_{0};
  std::optional<std::vector<ReportPlan>> reports_;
};

}  // namespace smsweb::sim
