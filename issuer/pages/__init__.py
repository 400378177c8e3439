"""The pages of staff: write a document, give it, and look after it.

One file a step: my_documents (what there is), beginning (which type, for whom), writing (the form), checking (the
answers, and what an office will see), giving (paper and codes), document (its state and history), acts and statuses
(what can be done to it). Nothing here names a type or a claim: forms and lines come from the types' data.
"""
