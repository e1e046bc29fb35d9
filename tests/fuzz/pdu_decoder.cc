// Octets from a modem, or for one. Oracle: what is read, written and read again
// is the same, and its text is UTF-8.
#include <utf8.h>

#include <span>

#include "common/pdu/deliver.h"
#include "common/pdu/status_report.h"
#include "common/pdu/submit.h"
#include "oracle.h"

namespace smsweb::fuzz {
namespace {

using Octets = std::span<const std::uint8_t>;

void CheckText(const UserData& data) {
  const std::string text = data.Text();
  Require(utf8::is_valid(text.begin(), text.end()), "a text is UTF-8");
}

// What can be read may be more than what can be written: a name with a code
// that has no character, say.
template <typename Pdu, typename Decode, typename Encode>
void Check(Octets octets, Decode decode, Encode encode) {
  const Result<Pdu> read = decode(octets);
  if (!read) return Require(!read.error().message.empty(), "it says why");
  const auto written = encode(*read);
  if (!written) return;
  const Result<Pdu> again = decode(written->octets);
  Require(again.has_value(), "what was written can be read");
  Require(*again == *read, "it reads the same");
}

}  // namespace
}  // namespace smsweb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace smsweb;
  using namespace smsweb::fuzz;
  const Octets octets(data, size);
  Check<Submit>(octets, DecodeSubmit, EncodeSubmit);
  Check<Deliver>(octets, DecodeDeliver, EncodeDeliver);
  Check<StatusReport>(octets, DecodeStatusReport, EncodeStatusReport);
  if (const auto submit = DecodeSubmit(octets)) CheckText(submit->data);
  if (const auto deliver = DecodeDeliver(octets)) CheckText(deliver->data);
  return 0;
}
