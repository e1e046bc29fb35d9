#include "daemon/job.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/pdu/submit.h"

namespace smsweb {
namespace {

bool IsAccepted(const Part& part) { return part.state == PartState::kAccepted; }

bool WasTaken(const Message& message, int number, const std::string& modem) {
  return std::ranges::any_of(message.part_records, [&](const Part& part) {
    return part.number == number && IsAccepted(part) && part.modem == modem;
  });
}

// As it was promised when the message was accepted.
Result<SegmentedText> Segmented(const Message& message) {
  if (message.coding.empty()) return SegmentText(message.text);
  const auto coding = ParseTextCoding(message.coding);
  if (!coding) {
    return Fail(ErrorKind::kInvalid,
                "its coding is not known here: " + message.coding);
  }
  return SegmentTextAs(message.text, *coding);
}

// The same for each attempt, so that a part sent later joins the others.
std::uint8_t ConcatenationReference(const Message& message) {
  return static_cast<std::uint8_t>(message.sequence & 0xFF);
}

}  // namespace

Result<Job> MakeJob(Message message, const ModemConfig& modem, WallTime now) {
  auto text = Segmented(message);
  if (!text) return std::unexpected(text.error());
  const auto total = text->parts.size();

  Job job;
  for (std::size_t i = 0; i < total; ++i) {
    const int number = static_cast<int>(i) + 1;
    if (WasTaken(message, number, modem.name)) continue;
    Submit submit;
    if (!modem.smsc.empty()) submit.smsc = NumberAddress(modem.smsc);
    submit.recipient = NumberAddress(message.recipient);
    HeaderOptions header;
    if (total > 1) {
      header.place = {.reference = ConcatenationReference(message),
                      .total = static_cast<std::uint8_t>(total),
                      .number = static_cast<std::uint8_t>(number)};
    }
    submit.status_report = message.report;
    submit.data = MakeUserData(text->coding, std::move(text->parts[i]), header);
    submit.validity = Validity::Relative(
        std::chrono::floor<std::chrono::seconds>(message.expires_at - now));
    const auto pdu = EncodeSubmit(submit);
    if (!pdu) return std::unexpected(pdu.error());
    job.parts.push_back({number, ToHex(pdu->octets), pdu->tpdu_length});
  }
  job.message = std::move(message);
  return job;
}

std::optional<std::string> BegunOn(const Message& message) {
  const auto begun = std::ranges::find_if(message.part_records, IsAccepted);
  if (begun == message.part_records.end()) return std::nullopt;
  return begun->modem;
}

}  // namespace smsweb
