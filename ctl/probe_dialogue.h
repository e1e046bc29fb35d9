// What `smsweb modem probe` asks a modem, and what it makes of the answers. No
// I/O: as with Modem, whoever owns the line feeds it bytes and the time. It
// gives no PIN, sends nothing and changes no setting but echo and +CMEE, which
// smswebd sets as well.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/modem/at_errors.h"
#include "common/modem/at_parser.h"

namespace smsweb::ctl {

// What a modem answered to a question.
struct ProbeAnswer {
  bool asked = false;
  bool ok = false;
  AtFinal error = AtFinal::kError;  // where it is not ok,
  int code = kNoCode;               // and its number
  std::string text;  // the first line, without "+NAME: "; or the error
};

// For ProbeDialogue::at(), in the order in which they are asked.
enum class Question : std::uint8_t {
  kEchoOff,
  kErrors,
  kManufacturer,
  kModel,
  kRevision,
  kImei,
  kSim,
  kRegistration,
  kLteRegistration,
  kOperator,
  kSignal,
  kSmsc,
  kPduMode,
  kServices,
  kIndications,
  kStorages,
  kLinkKept,
  kUssd,
};
inline constexpr std::size_t kQuestions = 18;

class ProbeDialogue {
 public:
  void Start(MonoTime now);
  void BytesReceived(std::string_view bytes, MonoTime now);
  void DeadlineReached(MonoTime now);  // harmless when it is too early
  std::string TakeOutput();
  std::optional<MonoTime> Deadline() const;

  bool Done() const { return step_ == Step::kDone; }
  bool Answers() const { return answers_at_all_; }  // it is a modem
  const ProbeAnswer& at(Question question) const {
    return answers_[static_cast<std::size_t>(question)];
  }

 private:
  enum class Step { kWaking, kAsking, kDone };

  void Write(std::string_view command, Millis patience, MonoTime now);
  void AskNext(MonoTime now);
  void Ended(const AtEvent& final, MonoTime now);

  Step step_ = Step::kWaking;
  int woken_ = 0;
  bool answers_at_all_ = false;
  std::size_t question_ = 0;
  int silent_ = 0;  // questions in a row that nothing answered
  AtParser parser_;
  std::vector<std::string> lines_;
  std::vector<ProbeAnswer> answers_ = std::vector<ProbeAnswer>(kQuestions);
  std::string output_;
  MonoTime deadline_{};
};

}  // namespace smsweb::ctl
