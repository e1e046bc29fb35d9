#include "sim/answer_plan.h"

#include <algorithm>

namespace smsweb::sim {

using Kind = Action::Kind;

void AnswerPlan::Add(const Action& action) {
  switch (action.kind) {
    case Kind::kSilence:
      how_ = How::kSilence;
      return;
    case Kind::kLose:
      how_ = How::kLose;
      return;
    case Kind::kPlainError:
      return Refuse(kError);
    case Kind::kCms:
      return Refuse(Cms(action.number));
    case Kind::kCme:
      return Refuse(Cme(action.number));
    case Kind::kAnswer:
      how_ = How::kBytes;
      bytes_ = action.text;
      return;
    case Kind::kDelay:
    case Kind::kLate:
      delay_ = action.time.value_or(Millis(0));
      late_ = action.kind == Kind::kLate;
      return;
    case Kind::kBefore:
      before_ += action.text;
      return;
    case Kind::kBehind:
      behind_ += action.text;
      return;
    case Kind::kInsert:
      inserted_.emplace_back(static_cast<std::size_t>(action.number),
                             action.text);
      return;
    case Kind::kCut:
      cut_ = static_cast<std::size_t>(action.number);
      cut_for_ = action.time;
      return;
    case Kind::kDribble:
      dribble_ = action.time.value_or(Millis(0));
      return;
    case Kind::kReport:
      if (!reports_) reports_.emplace();
      reports_->push_back(action.report);
      return;
    case Kind::kNoReport:
      reports_.emplace();
      return;
    default:
      return;
  }
}

void AnswerPlan::Refuse(Final final) {
  how_ = How::kRefuse;
  refusal_ = final;
}

std::vector<TimedBytes> AnswerPlan::Shape(std::string answer) const {
  if (how_ == How::kSilence || how_ == How::kLose) answer.clear();
  if (how_ == How::kBytes) answer = bytes_;
  for (const auto& [at, noise] : inserted_) {
    answer.insert(std::min(at, answer.size()), noise);
  }
  answer = before_ + answer + behind_;
  std::string rest;
  if (cut_ && *cut_ < answer.size()) {
    rest = answer.substr(*cut_);
    answer.resize(*cut_);
  }
  std::vector<TimedBytes> out;
  Millis at = delay_;
  if (dribble_.count() > 0) {
    for (const char c : answer) {
      out.push_back({at, std::string(1, c)});
      at += dribble_;
    }
  } else if (!answer.empty()) {
    out.push_back({at, std::move(answer)});
  }
  if (cut_for_ && !rest.empty()) out.push_back({at + *cut_for_, rest});
  return out;
}

}  // namespace smsweb::sim
