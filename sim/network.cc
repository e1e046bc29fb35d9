#include "sim/network.h"

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "sim/at_result.h"

namespace smsweb::sim {
namespace {

// Fields stay in the order in which they are written here.
using Json = nlohmann::ordered_json;

std::int64_t MonotonicMicros(const Instant& instant) {
  return std::chrono::floor<std::chrono::microseconds>(
             instant.mono.time_since_epoch())
      .count();
}

std::string_view EventName(const Answer& answer) {
  switch (answer.kind) {
    case Answer::Kind::kTaken:
    case Answer::Kind::kLost:
      return "part";
    case Answer::Kind::kRefused:
      return "refused";
    case Answer::Kind::kNone:
      return "silent";
  }
  return "part";
}

Json Head(std::string_view event, const Transmission& sent,
          const Instant& now) {
  return {{"event", event},
          {"time", FormatMicros(now)},
          {"modem", sent.modem},
          {"smsc", sent.smsc},
          {"recipient", sent.submit.recipient}};
}

void AddPlace(const Submit& submit, Json& record) {
  const auto& place = submit.concatenation;
  record["reference"] = place ? Json(place->reference) : Json(nullptr);
  record["part"] = place ? place->number : 1;
  record["of"] = place ? place->total : 1;
}

void AddTimes(const Transmission& sent, const Instant& now, Json& record) {
  record["cmgs_at"] = FormatMicros(sent.cmgs_at);
  record["pdu_at"] = FormatMicros(sent.pdu_at);
  record["accepted_at"] = FormatMicros(now);
  record["cmgs_us"] = MonotonicMicros(sent.cmgs_at);
  record["pdu_us"] = MonotonicMicros(sent.pdu_at);
  record["accepted_us"] = MonotonicMicros(now);
}

Json PartRecord(const Transmission& sent, const Answer& answer,
                const Instant& now) {
  const Submit& submit = sent.submit;
  Json record = Head(EventName(answer), sent, now);
  record["text"] = DecodeText({submit.alphabet}, submit.segment.units);
  record["alphabet"] = submit.alphabet == Alphabet::kGsm7 ? "gsm7" : "ucs2";
  AddPlace(submit, record);
  if (EventName(answer) == "part") {
    record["mr"] = sent.reference;
    record["answered"] = answer.kind == Answer::Kind::kTaken;
  }
  if (answer.kind == Answer::Kind::kRefused) record["cms"] = answer.code;
  record["validity"] =
      submit.validity ? Json(submit.validity->count()) : Json(nullptr);
  record["status_report"] = submit.status_report;
  record["pdu"] = ToHex(sent.octets);
  record["length"] = sent.tpdu_length;
  AddTimes(sent, now, record);
  return record;
}

Json MessageRecord(const Transmission& sent, const Reassembled& whole,
                   const Instant& now) {
  const auto& place = sent.submit.concatenation;
  Json record = Head("message", sent, now);
  record["text"] = whole.text;
  record["parts"] = place ? place->total : 1;
  record["reference"] = place ? Json(place->reference) : Json(nullptr);
  record["cmgs_at"] = FormatMicros(whole.first_at);
  record["accepted_at"] = FormatMicros(now);
  record["cmgs_us"] = MonotonicMicros(whole.first_at);
  record["accepted_us"] = MonotonicMicros(now);
  return record;
}

}  // namespace

Answer Network::Carry(const Transmission& sent, const Instant& now) {
  const Answer answer = outcomes_.Decide(sent.submit.recipient);
  const auto written = sink_.Write(Record(sent, answer, now));
  if (!written) return {Answer::Kind::kRefused, kCmsUnknown};
  return answer;
}

std::string Network::Record(const Transmission& sent, const Answer& answer,
                            const Instant& now) {
  std::string lines = PartRecord(sent, answer, now).dump();
  lines += '\n';
  if (EventName(answer) != "part") return lines;
  const Submit& submit = sent.submit;
  const auto whole =
      submit.concatenation
          ? reassembly_.Add(sent.modem, submit, sent.cmgs_at)
          : Reassembled{DecodeText({submit.alphabet}, submit.segment.units),
                        sent.cmgs_at};
  if (whole) {
    lines += MessageRecord(sent, *whole, now).dump();
    lines += '\n';
  }
  return lines;
}

}  // namespace smsweb::sim
