"""The checklists as text: what an experienced exams officer would do about each code.

A checklist begins with the codes it answers in brackets, the first being its key, then its version
and title. Each step stands on a line of its own: who acts, where, and what to do, with an optional
link key in angle brackets after the place; an indented line continues the one above it. Words in
braces are filled in for the learner, and read well whether or not the fact is known. The version
goes up whenever the meaning of a step changes.
"""

from typing import Final

LINKS: Final = {"JCQ": "https://www.jcq.org.uk/", "REGISTER": "https://register.ofqual.gov.uk/"}
"""Addresses by link key; only pages open to the public stand here."""

FLAG_TEXTS: Final = """
[COMPLETE_ON_DAS DAS_COMPLETE] 1 Nothing left to enter
Exams officer, DAS: Compare the grade and level that DAS holds for {component} with the centre's own
  list.
Exams officer, DAS: If this was the last open component, make sure that permission to claim has
  been given for {course}.

[ELIGIBLE_ENTRY REQUIREMENT_COVERED] 1 The entries are in place
Exams officer, Learner Tracking: There is nothing to enter for {component}; what is left to do is
  told by its assessment flag, if it has one.
Exams officer, DAS: Keep {learners} name, birth date and ULN the same on DAS and on every entry
  until the results are out.
Exams officer, Learner Tracking: Check this flag again after every amendment to the entries.

[OTHER_AWARDING_BODY DECLARED_OTHER_AB] 1 Follow the component up with the other awarding body
Exams officer, Centre: Ask the other awarding body to confirm the entry for
  {component}{subject_note}, the ULN on it, and that the result will be posted to DAS.
Exams officer, Qualification register <REGISTER>: Check that the declared QAN counts towards
  {course}.
Exams officer, DAS: Look for the result on DAS after results day.
Exams officer, Learner Tracking: Remove the declaration if {learner} takes {component} with Edexcel
  after all.

[NOT_REQUIRED] 1 The component is not part of this Diploma
Exams officer, Learner Tracking: There is nothing to enter, because {course} does not ask for
  {component}.
Line lead, Edexcel Online: If {learner} should be on a level that does, have the level of the
  registration corrected.

[REGISTRATION_WITHDRAWN] 1 The learner has left this Diploma
Tutor, Centre: Confirm that {learner} has left {course}.
Exams officer, Edexcel Online: Withdraw entries that have not been sat, unless the qualifications
  are still wanted for themselves.
Exams officer, Edexcel Online: If the withdrawal is a mistake, ask for the registration to be
  reinstated before the next entry deadline.
"""

COURSE_TEXTS: Final = """
[REGISTRATION_NOT_ACCEPTED] 1 Get the registration accepted
Exams officer, DAS: Check that the centre's association with the Diploma awarding body is in place
  and that {learners} account is open.
Exams officer, Edexcel Online: Read why the registration for {course} has not been accepted, put
  that right and submit it again.
Exams officer, Learner Tracking: Come back after the next feed; no component can be judged before
  the registration is accepted.

[REGISTRATION_CONFLICT NO_RULE_FOR_COURSE] 1 Settle the line and level
Line lead, Centre: Confirm the line and level that {learner} is really taking{registered}.
Exams officer, DAS: Compare line and level on DAS with the registration in Edexcel Online and
  correct the one that is wrong.
Exams officer, Learner Tracking: If both already agree, contact support and quote the id of the
  learner's record.

[AWARD_DATE_MISSING] 1 Set the anticipated award month
Line lead, Centre: Say in which month {learner} is expected to finish {course}.
Exams officer, Learner Tracking: Enter that month as the anticipated award date on the individual
  learner record.
Exams officer, Learner Tracking: Check afterwards that no entry has its results later than that
  month.

[AWARD_DATE_PAST] 1 The award month is over without an award
Exams officer, Learner Tracking: See what is still open: components not complete on DAS, personal,
  learning and thinking skills, work experience, or the claim.
Line lead, Learner Tracking: If {learner} is still working towards {course}, edit the anticipated
  award date{award_note} to the month now expected.
Exams officer, DAS: If everything is finished, give permission to claim now.
Exams officer, Edexcel Online: If {learner} has left, have the registration withdrawn.

[ULN_MISSING] 1 Find the learner's ULN
Tutor, Centre: Ask {learner} and the previous school for the ULN; most learners already have one.
Exams officer, Learner Registration Service: Search by name and birth date, and create a ULN only
  when none is found, so that nobody ends up with two.
Exams officer, Edexcel Online: Add the ULN to the registration and to every entry.
Exams officer, DAS: Make sure that the learner account carries the same ULN.

[ULN_INVALID] 1 Correct the ULN
Exams officer, Learner Registration Service: Look {learner} up by name and birth date and copy the
  ULN from there; digits of the one held were probably mistyped or swapped.
Exams officer, Edexcel Online: Correct the ULN on the registration and on every entry, and in the
  centre's own system, or the mistake will return with the next file.
Exams officer, Learner Tracking: Check after the next feed that the ULN is accepted and the entries
  are shown.

[ULN_NOT_VERIFIED] 1 Have the ULN verified
Exams officer, Learner Registration Service: Verify {learners} ULN{uln_note} against the name
  and birth date the centre holds.
Exams officer, Centre: If they differ, see an official document and correct whichever record is
  wrong.
Exams officer, DAS: Finish this before results are released, because results reach DAS only against
  a verified ULN.

[ULN_UNMATCHED ULN_DAS_MISMATCH NO_DAS_RECORD] 1 Make the ULN the same everywhere
Exams officer, Learner Registration Service: Look up {learner_uln} and note the ULN held there.
Exams officer, Edexcel Online: Correct the ULN on each entry concerned{subject_note} if that is the
  wrong one.
Exams officer, DAS: Correct the ULN on the learner account if it is wrong there, or open an account
  at the home centre if there is none.
Exams officer, Learner Tracking: Wait for the next feed, then check again.

[DETAILS_DAS_MISMATCH] 1 Make name and birth date the same everywhere
Exams officer, Centre: Check {learners} name and birth date on an official document, such as a birth
  certificate or passport.
Exams officer, DAS: Correct the learner account if it is wrong there.
Exams officer, Edexcel Online: Correct the registration and the entries if they are wrong, in the
  same spelling.
Exams officer, Learner Tracking: Wait for the next feed, then check again.
"""

ENTRY_TEXTS: Final = """
[ENTRY_MISSING] 1 Enter the component or say where it is taken
Line lead, Centre: Say with which awarding body {learner} takes {component}.
Exams officer, Edexcel Online: If it is Edexcel, make the entry{subject_note} with the verified ULN.
Exams officer, Learner Tracking: If it is another body, add the QAN of that qualification to this
  record, or bulk update the cohort.
Exams officer, Learner Tracking: If an entry was made but is not shown, open the list of unmatched
  entries and compare ULN, name and birth date with the DAS record.

[UNIT_ENTRY_MISSING] 1 Enter the missing units
Exams officer, Edexcel Online: Enter {learner} for each missing unit{subject_note}.
Exams officer, Edexcel Online: Use the same UCI and ULN as on the other units of {component}.
Exams officer, Centre: Mind the date after which late entries cost more.

[AWARD_ENTRY_MISSING] 1 Ask for the qualification award
Exams officer, Edexcel Online: Add the cash-in entry that asks for the award{subject_note}; unit
  entries alone do not lead to a result for {component}.
Exams officer, Edexcel Online: Use the same UCI and ULN as on the units.
Exams officer, Centre: Mind the date after which late entries cost more.

[GLH_SHORTFALL] 1 Add guided learning hours
Exams officer, Learner Tracking: {Hours} to reach the minimum of {component}.
Line lead, Centre: Choose a further qualification at the level of {course} or one above.
Exams officer, Edexcel Online: Enter {learner} for it with the verified ULN.
Exams officer, Learner Tracking: If the rest is taken with another awarding body, add its QAN to
  this record.

[BARRED_COMBINATION] 1 Two qualifications share a barring code
Exams officer, Learner Tracking: Find the qualifications with the shared code{subject_note}; only
  the largest of them counts.
Line lead, Centre: If the hours fall short without the others, replace one by a qualification with
  another code, or with ZZZZ, which combines with everything.
Line lead, DAS: Validate the programme of study again.

[AGE_RESTRICTED] 1 The qualification is for learners of 16 and over
Exams officer, Centre: Check the birth date of {learner} on an official document.
Exams officer, Edexcel Online: If it is right, ask the awarding body whether the
  entry{subject_note} may stand.
Line lead, Centre: If not, choose a qualification approved for learners under 16, or enter again
  once {learner} is 16.

[WRONG_COMPONENT WRONG_LINE WRONG_LEVEL] 1 The entry does not belong here
Line lead, Centre: Confirm that {learner} is on the right line and level{registered}.
Exams officer, Edexcel Online: Correct the registration if that is what is wrong.
Exams officer, Edexcel Online: Otherwise withdraw each entry that is of no use{subject_note} and
  enter the code that belongs to {component}.

[SERIES_AFTER_AWARD_DATE] 1 The results come after the award month
Line lead, Centre: Decide which is wrong: the series of the entry{subject_note} or the anticipated
  award month{award_note}.
Exams officer, Edexcel Online: If there is still time, move the entry to an earlier series before
  its closing date.
Exams officer, Learner Tracking: Otherwise edit the anticipated award date to the month of the
  results.
Tutor, Centre: Tell {learner} if the award will come later than promised.

[OUTSIDE_VALIDITY] 2 The qualification had closed to entries
Exams officer, Qualification register <REGISTER>: Look up the last entry and certification dates of
  the qualification{subject_note}.
Line lead, Edexcel Online: Have {learner} entered for the qualification that succeeded it.
Exams officer, Edexcel Online: Withdraw the entry that can no longer count.
Exams officer, Edexcel Online: If nothing succeeded it, ask whether an extension exists.

[RESULT_NOT_COUNTABLE] 1 The result does not count
Exams officer, Edexcel Online: Read the released result{subject_note} and talk it over with the line
  lead and {learner}.
Exams officer, Edexcel Online: Enter a resit or, for additional and specialist learning, choose
  another qualification.
Exams officer, Learner Tracking: Check that the new results are due no later than {award}.

[QUALIFICATION_UNKNOWN] 1 Find out what the QAN stands for
Exams officer, Qualification register <REGISTER>: Look up the QAN of each entry
  concerned{subject_note}.
Exams officer, Edexcel Online: Correct the entry if the QAN was mistyped.
Exams officer, Learner Tracking: If the QAN is right, report it to support so that the catalogue is
  brought up to date.

[DECLARATION_CONTRADICTS_ENTRY] 1 Declared elsewhere and entered here
Line lead, Centre: Say with which awarding body {learner} really takes {component}.
Exams officer, Learner Tracking: If it is Edexcel, remove the declaration{subject_note}.
Exams officer, Edexcel Online: If it is the other body, withdraw the entries here before their fees
  fall due.

[DECLARED_QAN_UNKNOWN] 1 Check the declared QAN
Exams officer, Qualification register <REGISTER>: Look up the declared QAN{subject_note} and
  compare it with the specification from the other awarding body.
Exams officer, Learner Tracking: If it was mistyped, remove the declaration and add the right QAN.
Exams officer, Learner Tracking: If it is right, report it to support so that the catalogue is
  brought up to date; the declaration stands meanwhile.

[DECLARED_QAN_UNSUITED] 1 The declared qualification does not fit
Exams officer, Qualification register <REGISTER>: See for which component and level the declared
  QAN{subject_note} is approved.
Exams officer, Learner Tracking: If it belongs to another component, remove the declaration and add
  it there.
Line lead, Centre: If its level does not count towards {course}, choose a qualification for
  {component} that does.
"""

ASSESSMENT_TEXTS: Final = """
[MARKS_SUBMITTED] 1 Marks are in, the result is awaited
Domain assessor, Centre: Send the moderation sample that was asked for.
Tutor, Centre: Keep the candidates' work until the period for enquiries about results has ended.
Exams officer, Edexcel Online: Wait for the results.

[MARKS_WINDOW_OPEN] 1 Submit the marks
Domain assessor, Centre: Finish internal standardisation{subject_note}.
Exams officer, Edexcel Online: Submit a mark for every candidate, absences included, {by_close}.
Exams officer, Edexcel Online: Make sure that the submission is shown as received.

[MARKS_DEADLINE_PASSED] 1 Submit the overdue marks
Exams officer, Edexcel Online: Submit the marks{subject_note} now and telephone the awarding body:
  {closed}, and late marks are taken at its discretion.
Exams officer, Centre <JCQ>: Ask about special consideration if the circumstances justify it.
Exams officer, Edexcel Online: If late marks are refused, move the entry to the next series.
Exams officer, Learner Tracking: In that case edit the anticipated award date{award_note} as well,
  if the results of that series come later.

[MARKS_WINDOW_NOT_OPEN] 1 Prepare for the marks window
Exams officer, Centre: {Opens}; there is nothing to send before.
Domain assessor, Centre: Plan marking and standardisation{subject_note} so that they are finished
  in time.

[MARKS_WINDOW_UNDEFINED] 1 Find out when marks are due
Exams officer, Edexcel Online: Look up the dates for submitting marks{subject_note} in the awarding
  body's calendar.
Exams officer, Edexcel Online: If the qualification is not offered in that series, move the entry to
  one in which it is.
Exams officer, Learner Tracking: Report the missing dates to support, so that the window is shown
  here.

[VQ_CLAIMED] 1 The vocational claim is lodged
Exams officer, Edexcel Online: Watch for the certificate.
Exams officer, DAS: Look for the result on DAS, and query it when the usual turnaround is over.

[VQ_VERIFIED_NOT_CLAIMED] 1 Claim the vocational qualification
Quality nominee, Centre: Say whether the grades{subject_note} are final.
Exams officer, Edexcel Online: Report the results and lodge the claim.
Exams officer, Edexcel Online: Check that the vocational registration of {learner} carries the right
  ULN.

[VQ_CENTRE_NOT_VERIFIED] 1 Get certification released
Quality nominee, Centre: Find out where the verifier's sample{subject_note} stands.
Quality nominee, Centre: Clear every action agreed with the verifier.
Exams officer, Edexcel Online: Claim only after certification has been released.

[FS_PASSED] 1 Passed
Exams officer, Edexcel Online: There is nothing to enter for {component}.
Exams officer, DAS: Check that the pass is on DAS within two weeks of its release.

[FS_FAILED] 1 Enter a resit
Exams officer, Edexcel Online: Unless a resit is already entered, enter {learner} for the next
  available test at the same level.
Exams officer, Edexcel Online: Check that its result is due no later than {award}.
Exams officer, Learner Tracking: Otherwise edit the anticipated award date.

[FS_RESIT_PENDING] 1 Wait for the resit
Exams officer, Edexcel Online: No further entry for {component} is needed.
Exams officer, Centre: Put the date of the resit's result in the diary.
"""

AWARD_TEXTS: Final = """
[RESULT_NOT_ON_DAS] 1 Get the result onto DAS
Exams officer, DAS: Compare {learners} ULN{uln_note} on the entry with the one on the
  learner account.
Exams officer, Edexcel Online: If they agree, ask the awarding body to post the result for
  {component} again.

[PLTS_NOT_CONFIRMED] 1 Confirm personal, learning and thinking skills
Tutor, Centre: Confirm in writing that {learner} has met all six personal, learning and thinking
  skills.
Exams officer, DAS: Record the confirmation on DAS at the home centre.

[WORK_EXPERIENCE_NOT_CONFIRMED] 1 Confirm the work experience
Tutor, Centre: Confirm in writing that {learner} has completed at least ten days of work experience.
Exams officer, DAS: Record the confirmation on DAS at the home centre.

[CLAIM_NOT_MADE] 1 Claim the Diploma
Tutor, Centre: Check that the grades are the ones {learner} wants to claim {course} with.
Exams officer, DAS: Give permission to claim on DAS now{due_note}.

[DAS_DATA_STALE] 1 The DAS data are out of date
Exams officer, Learner Tracking: Nothing is lost: the flags show what DAS held when its last feed
  arrived.
Exams officer, DAS: Look at DAS itself before you decide anything that cannot wait.
Exams officer, Learner Tracking: Contact support if no new data have arrived after three days.
"""

TEXTS: Final = (FLAG_TEXTS, COURSE_TEXTS, ENTRY_TEXTS, ASSESSMENT_TEXTS, AWARD_TEXTS)
