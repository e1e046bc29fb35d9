#include "daemon/cms_errors.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace smsweb {
namespace {

using enum CmsBlame;

constexpr CmsCause kCauses[] = {
    // RP causes of messages from a phone: 3GPP TS 24.011 § 8.2.5.4, table 8.4,
    // explained in its annex E-2. They come in an RP-ERROR, the network's word
    // that it did not take the message.
    {1, kMessage, "the number is not assigned",
     "well-formed, but nobody's; no other try assigns it"},
    {8, kNetwork, "the operator bars this SIM",
     "the SIM is barred, not the number: another may send it"},
    {10, kNetwork, "calls to this destination are barred for this SIM",
     "a service of the SIM's: another may send it"},
    {17, kNetwork, "network failure", "passes"},
    {21, kNetwork, "the transfer was rejected",
     "no reason comes with it (credit, filters, load): it may pass"},
    {22, kNetwork, "congestion", "passes"},
    {27, kNetwork, "the destination is out of order",
     "the way to it is broken, not the number"},
    {28, kNetwork, "the subscriber is not identified",
     "the IMSI is not known: the sending SIM, not the number"},
    {29, kNetwork, "the network does not support this facility",
     "another SIM's network may"},
    {30, kNetwork, "the subscriber is unknown",
     "the IMSI or the number: which, it does not say"},
    {38, kNetwork, "the network is out of order", "passes, if slowly"},
    {41, kNetwork, "temporary failure", "passes soon, as it says"},
    {42, kNetwork, "congestion", "passes"},
    {47, kNetwork, "resources are unavailable", "passes"},
    {50, kNetwork, "the SIM has not subscribed to this",
     "the SIM, not the number: another may send it"},
    {69, kNetwork, "the network can't provide this service",
     "another SIM's network may"},
    {81, kNetwork, "the transfer's reference is invalid",
     "modem and network lost step: the next transfer is a new one"},
    {95, kNetwork, "the RP message is semantically incorrect",
     "names the RP message, which modem and SIM make around ours"},
    {96, kNetwork, "mandatory information is invalid",
     "as 95; a wrong service centre number on the SIM is one way to it"},
    {97, kNetwork, "the message type is not implemented", "as 95"},
    {98, kNetwork, "the message does not fit the protocol's state",
     "modem and network lost step"},
    {99, kNetwork, "an information element is not implemented", "as 95"},
    {111, kNetwork, "protocol error", "says no more than that"},
    {127, kNetwork, "interworking failed", "says no more than that"},

    // TP-FCS: 3GPP TS 23.040 § 9.2.3.22. The service centre's word.
    {128, kMessage, "telematic interworking is not supported",
     "TP-PID, which the message says"},
    {129, kMessage, "short messages of type 0 are not supported",
     "TP-PID, which the message says"},
    {130, kMessage, "the short message can't be replaced",
     "TP-PID, which the message says"},
    {143, kMessage, "the protocol identifier is refused",
     "TP-PID, which the message says"},
    {144, kMessage, "the data coding scheme is not supported",
     "TP-DCS, which the message says"},
    {145, kMessage, "the message class is not supported",
     "TP-DCS, which the message says"},
    {159, kMessage, "the data coding scheme is refused",
     "TP-DCS, which the message says"},
    {176, kMessage, "the TPDU is not supported", "the PDU as we wrote it"},
    {192, kNetwork, "the service centre is busy", "passes"},
    {193, kNetwork, "the SIM has no subscription with the service centre",
     "the SIM, not the number: another may send it"},
    {194, kNetwork, "the service centre's system fails", "passes"},
    {195, kMessage, "the destination is invalid", "the number"},
    {196, kMessage, "the destination is barred", "the number"},
    {197, kNobody, "the service centre has such a message already",
     "an earlier try, whose answer was lost, may be the one that it has"},
    {198, kMessage, "the validity period's format is not supported",
     "TP-VPF, which the message says"},
    {199, kMessage, "the validity period is not supported",
     "TP-VP, which the message says"},
    {208, kModem, "the SIM's message storage is full",
     "a cause for what arrives, so it is the modem that speaks"},
    {209, kModem, "the SIM has no message storage", "as 208"},
    {210, kModem, "error in the modem", "as 208"},
    {211, kModem, "the modem's memory is full", "as 208"},
    {212, kModem, "the SIM's toolkit is busy", "as 208"},
    {213, kModem, "data download to the SIM failed", "as 208"},

    // 3GPP TS 27.005 § 3.2.5: the modem's own word.
    {300, kModem, "modem failure", "the modem says so"},
    {301, kModem, "the modem's message service is reserved",
     "the modem is busy with something that is not ours"},
    {302, kModem, "the modem calls this not allowed",
     "the state that it is in; a message in itself is always allowed"},
    {303, kModem, "the modem calls this not supported",
     "it did take AT+CMGS, and has lost its way or its settings"},
    {304, kMessage, "the modem calls the PDU invalid",
     "the PDU as we wrote it"},
    {305, kModem, "the modem calls a text mode parameter invalid",
     "it is in text mode: it has lost its settings"},
    {310, kModem, "no SIM", "not the message's"},
    {311, kModem, "the SIM wants its PIN", "not the message's"},
    {312, kModem, "the modem wants its PIN for this SIM", "not the message's"},
    {313, kModem, "SIM failure", "not the message's"},
    {314, kNetwork, "the SIM is busy",
     "passes by itself; a reset would only start it again"},
    {315, kModem, "wrong SIM", "not the message's"},
    {316, kModem, "the SIM wants its PUK", "not the message's"},
    {317, kModem, "the SIM wants its PIN2",
     "fixed dialling: the SIM's setting; another may send it"},
    {318, kModem, "the SIM wants its PUK2", "as 317"},
    {320, kModem, "the modem's memory fails", "not the message's"},
    {321, kModem, "the modem calls a memory index invalid",
     "we gave none: it answers something else, or is confused"},
    {322, kModem, "the modem's memory is full",
     "room is made by reading what was received, not by the message"},
    {330, kModem, "the service centre's number is unknown",
     "a setting of the SIM; another may send it"},
    {331, kNetwork, "no network service", "passes; registration is watched"},
    {332, kNobody, "network timeout",
     "the message may have been taken, and the answer lost"},
    {340, kNobody, "no +CNMA was expected",
     "no answer to a message: what became of it was not said"},
    {500, kModem, "unknown error",
     "what modems say that have hung, and of messages they don't like: taken "
     "for the modem's until the message has shown otherwise (policy.h)"},
};

// What has no row, by range; the last code of each.
constexpr CmsCause kRanges[] = {
    {-1, kModem, "the modem answered ERROR",
     "as 500: it says no more than that"},
    {127, kNetwork, "the network refused it",
     "a cause that is not assigned counts as 41 (24.011 § 8.2.5.4)"},
    {255, kNetwork, "the service centre refused it",
     "a cause that is not assigned, an operator's own, or unspecified"},
    {511, kModem, "the modem refused it", "not assigned: as 500"},
    {std::numeric_limits<int>::max(), kNetwork, "the modem refused it",
     "from 512 each maker has its own: 515 is \"busy\" with some and means to "
     "wait; a reset that was not called for does harm, a wait none"},
};

}  // namespace

CmsCause FindCmsCause(int code) {
  const auto* row = std::ranges::find(kCauses, code, &CmsCause::code);
  if (row != std::end(kCauses)) return *row;
  CmsCause cause = *std::ranges::find_if(
      kRanges, [&](const CmsCause& last) { return code <= last.code; });
  cause.code = code;
  return cause;
}

}  // namespace smsweb
