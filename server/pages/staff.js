// Logs staff in; whoever is not of the staff is told so, and logged out again.
"use strict";

(function () {
  const documentId = document.body.dataset.document; // that of staff.graphql
  const logIn = document.getElementById("log-in");
  const terms = document.getElementById("terms");
  let version = null;

  function tell(sentence) {
    document.getElementById("told").textContent = sentence;
  }

  async function ask(operationName, input) {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        "x-learner-tracking": "staff",
      },
      body: JSON.stringify({ documentId, operationName, variables: input ? { input } : {} }),
    });
    const answer = await response.json();
    if (!answer.data) {
      throw new Error(answer.errors[0].message);
    }
    return answer.data;
  }

  async function showTerms() {
    const { currentTerms } = await ask("StaffTerms");
    version = currentTerms.version;
    document.getElementById("terms-title").textContent = currentTerms.title;
    document.getElementById("terms-body").textContent = currentTerms.body;
    logIn.hidden = true;
    terms.hidden = false;
  }

  async function goOn(me) {
    if (!me.staff) {
      await ask("StaffLogOut");
      logIn.reset();
      tell("This page is for the staff of the awarding body only. You have been logged out.");
    } else if (me.termsDue) {
      await showTerms();
    } else {
      window.location.assign("/graphql");
    }
  }

  // A form is sent once at a time, and what goes wrong is told.
  function onSubmit(form, work) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      tell("");
      try {
        await work(new FormData(form));
      } catch (error) {
        tell(error instanceof TypeError ? "The service does not answer." : error.message);
      }
      button.disabled = false;
    });
  }

  onSubmit(logIn, async (given) => {
    const input = { email: given.get("email"), password: given.get("password") };
    const { sessionLogIn } = await ask("StaffLogIn", input);
    if (sessionLogIn.me) {
      await goOn(sessionLogIn.me);
    } else {
      tell(sessionLogIn.message);
    }
  });

  onSubmit(terms, async () => {
    const { termsAccept } = await ask("StaffTermsAccept", { version });
    if (termsAccept.message) {
      tell(termsAccept.message);
      await showTerms();
    } else {
      window.location.assign("/graphql");
    }
  });

  // Staff whose terms changed while they were logged in.
  ask("StaffMe").then(({ me }) => me && me.staff && me.termsDue && showTerms(), () => {});
})();
