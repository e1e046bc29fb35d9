#include "sim/submission.h"

#include <algorithm>
#include <utility>

#include "common/pdu/deliver.h"
#include "common/pdu/gsm7.h"
#include "sim/commands.h"
#include "sim/text_mode.h"

namespace smsweb::sim {
namespace {

// The TPDU of an SMS-SUBMIT: from one digit and no text to 20 digits, an
// absolute validity and 140 octets (TS 23.040 § 9.2.2.2).
constexpr int kMinTpdu = 8;
constexpr int kMaxTpdu = 164;

std::expected<Announced, Final> ReadLength(
    const std::vector<Argument>& arguments) {
  const auto length = arguments.front().Number();
  if (arguments.size() != 1 || !length || *length < kMinTpdu ||
      *length > kMaxTpdu) {
    return std::unexpected(Cms(kCmsInvalidPdu));
  }
  return Announced{.length = static_cast<std::size_t>(*length)};
}

std::expected<Announced, Final> ReadRecipient(
    const ModemState& state, const std::vector<Argument>& arguments) {
  const Argument& number = arguments.front();
  if (arguments.size() > 2 || !number.quoted || number.value.empty()) {
    return std::unexpected(Cms(kCmsInvalidText));
  }
  return Announced{.recipient = ReadNumber(state, arguments)};
}

// <stat> of AT+CMGW: a number in PDU mode, words in text mode, where only what
// is to be sent or was can be written.
std::optional<StoredMessage::Status> ReadStatus(const ModemState& state,
                                                const Argument& argument) {
  using enum StoredMessage::Status;
  for (const auto status : {kUnread, kRead, kUnsent, kSent}) {
    const bool fits =
        state.text_mode()
            ? status >= kUnsent && argument.value == ToString(status)
            : argument.Number() == static_cast<int>(status);
    if (fits) return status;
  }
  return std::nullopt;
}

std::optional<std::vector<std::uint8_t>> AsAnnounced(std::size_t length,
                                                     std::string_view text) {
  auto octets = FromHex(text);
  if (!octets || octets->empty()) return std::nullopt;
  const std::size_t smsc = octets->front() + 1u;
  if (octets->size() != smsc + length) return std::nullopt;
  return std::move(*octets);
}

std::optional<Submission> FromPdu(std::size_t length, std::string_view text) {
  auto octets = AsAnnounced(length, text);
  if (!octets) return std::nullopt;
  auto submit = DecodeSubmit(*octets);
  if (!submit) return std::nullopt;
  return Submission{std::move(*submit), std::move(*octets), length};
}

// The text, in UTF-8, that was typed in the character set of +CSCS.
std::optional<std::string> Typed(const ModemState& state,
                                 std::string_view text) {
  if (std::any_of(text.begin(), text.end(), [](char c) { return c & 0x80; })) {
    return std::nullopt;
  }
  if (state.charset == "UCS2") return FromCharset(state, text);
  if (state.charset == "IRA") return std::string(text);
  return Gsm7ToUtf8(
      {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

// Bit 5 of the first octet, which AT+CSMP sets in text mode (TS 27.005,
// +CSMP): a status report is wanted.
constexpr int kStatusReportBit = 0x20;

std::optional<Submission> FromText(const ModemState& state,
                                   const std::string& recipient,
                                   std::string_view text) {
  const auto typed = Typed(state, text);
  auto cut = typed ? SegmentText(*typed)
                   : Fail(ErrorKind::kInvalid, "not in the character set");
  if (!cut || cut->parts.size() != 1) return std::nullopt;
  Submit submit;
  submit.recipient = NumberAddress(recipient);
  submit.data = MakeUserData(cut->coding, std::move(cut->parts.front()));
  submit.status_report = (state.Setting("+CSMP") & kStatusReportBit) != 0;
  auto pdu = EncodeSubmit(submit);
  if (!pdu) return std::nullopt;
  return Submission{std::move(submit), std::move(pdu->octets),
                    pdu->tpdu_length};
}

}  // namespace

std::expected<Announced, Final> ReadAnnounced(const ModemState& state,
                                              const AtCommand& command) {
  auto arguments = ParseArguments(command.arguments);
  if (!arguments || arguments->empty()) return std::unexpected(kError);
  std::optional<StoredMessage::Status> store;
  if (command.name == "+CMGW") {
    store = StoredMessage::Status::kUnsent;
    const std::size_t place = state.text_mode() ? 2 : 1;
    if (arguments->size() > place) {
      store = ReadStatus(state, (*arguments)[place]);
      arguments->erase(arguments->begin() + static_cast<std::ptrdiff_t>(place));
      if (!store) return std::unexpected(kError);
    }
  }
  auto announced = state.text_mode() ? ReadRecipient(state, *arguments)
                                     : ReadLength(*arguments);
  if (announced) announced->store = store;
  return announced;
}

std::optional<StoredMessage> ReadStored(const ModemState& state,
                                        const Announced& announced,
                                        std::string_view text) {
  StoredMessage stored{.status = *announced.store};
  if (stored.submitted()) {
    auto submission = ReadSubmission(state, announced, text);
    if (!submission) return std::nullopt;
    stored.octets = std::move(submission->octets);
    return stored;
  }
  auto octets = AsAnnounced(announced.length, text);
  if (!octets || !DecodeDeliver(*octets)) return std::nullopt;
  stored.octets = std::move(*octets);
  return stored;
}

std::optional<Submission> ReadFromStorage(
    const ModemState& state, const StoredMessage& stored,
    const std::vector<Argument>& recipient) {
  if (!stored.submitted()) return std::nullopt;
  auto submit = DecodeSubmit(stored.octets);
  if (!submit) return std::nullopt;
  if (!recipient.empty()) {
    submit->recipient = NumberAddress(ReadNumber(state, recipient));
  }
  auto pdu = EncodeSubmit(*submit);
  if (!pdu) return std::nullopt;
  return Submission{std::move(*submit), std::move(pdu->octets),
                    pdu->tpdu_length};
}

std::optional<Submission> ReadSubmission(const ModemState& state,
                                         const Announced& announced,
                                         std::string_view text) {
  return state.text_mode() ? FromText(state, announced.recipient, text)
                           : FromPdu(announced.length, text);
}

}  // namespace smsweb::sim
