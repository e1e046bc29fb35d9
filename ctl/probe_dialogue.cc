#include "ctl/probe_dialogue.h"

#include <array>
#include <utility>

namespace smsweb::ctl {
namespace {

// The first may be lost on one that sleeps, or has to find out the speed.
constexpr int kWakings = 2;
constexpr Millis kWakingPatience{1'000};
constexpr Millis kPatience{5'000};
// It has been switched off, or unplugged.
constexpr int kMostSilent = 3;
constexpr std::size_t kLongestAnswer = 200;

constexpr std::array<const char*, kQuestions> kCommands = {
    "ATE0",      "AT+CMEE=1", "AT+CGMI",   "AT+CGMM",   "AT+CGMR",
    "AT+CGSN",   "AT+CPIN?",  "AT+CREG?",  "AT+CEREG?", "AT+COPS?",
    "AT+CSQ",    "AT+CSCA?",  "AT+CMGF=?", "AT+CSMS=?", "AT+CNMI=?",
    "AT+CPMS=?", "AT+CMMS=?", "AT+CUSD=?",
};

std::string_view WithoutName(std::string_view line) {
  if (line.starts_with('+')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) line.remove_prefix(colon + 1);
  }
  while (line.starts_with(' ')) line.remove_prefix(1);
  while (line.ends_with(' ')) line.remove_suffix(1);
  return line;
}

}  // namespace

void ProbeDialogue::Start(MonoTime now) {
  *this = ProbeDialogue();
  output_ = "\x1B\r";  // leaves a prompt that somebody left open
  ++woken_;
  Write("AT", kWakingPatience, now);
}

void ProbeDialogue::Write(std::string_view command, Millis patience,
                          MonoTime now) {
  parser_.ExpectAnswerTo(command);
  lines_.clear();
  output_ += std::string(command) + "\r";
  deadline_ = now + patience;
}

void ProbeDialogue::BytesReceived(std::string_view bytes, MonoTime now) {
  for (const AtEvent& event : parser_.Feed(bytes)) {
    if (event.kind == AtEvent::Kind::kInformation) lines_.push_back(event.text);
    if (event.kind == AtEvent::Kind::kFinal) Ended(event, now);
  }
}

void ProbeDialogue::Ended(const AtEvent& final, MonoTime now) {
  answers_at_all_ = true;
  silent_ = 0;
  if (step_ == Step::kAsking) {
    ProbeAnswer& answer = answers_[question_];
    answer.ok = final.final == AtFinal::kOk;
    answer.error = final.final;
    answer.code = final.code;
    answer.text = answer.ok ? "" : DescribeFinal(final);
    if (answer.ok && !lines_.empty()) {
      answer.text = WithoutName(lines_.front()).substr(0, kLongestAnswer);
    }
    ++question_;
  }
  if (step_ != Step::kDone) AskNext(now);
}

void ProbeDialogue::AskNext(MonoTime now) {
  if (question_ == kQuestions || silent_ == kMostSilent) {
    step_ = Step::kDone;
    parser_.ExpectNothing();
    return;
  }
  step_ = Step::kAsking;
  answers_[question_].asked = true;
  Write(kCommands[question_], kPatience, now);
}

void ProbeDialogue::DeadlineReached(MonoTime now) {
  if (step_ == Step::kDone || now < deadline_) return;
  if (step_ == Step::kAsking) {
    answers_[question_].text = "no answer";
    ++question_;
    ++silent_;
    return AskNext(now);
  }
  if (woken_ == kWakings) {
    step_ = Step::kDone;
    return;
  }
  ++woken_;
  Write("AT", kWakingPatience, now);
}

std::string ProbeDialogue::TakeOutput() { return std::exchange(output_, {}); }

std::optional<MonoTime> ProbeDialogue::Deadline() const {
  if (Done()) return std::nullopt;
  return deadline_;
}

}  // namespace smsweb::ctl
